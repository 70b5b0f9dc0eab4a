// The API servers that are measured against: a served sandbox, and a real one where KUBEBUILDER_ASSETS has what it is made of.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasControlPlane, withControlPlane } from '../scripts/control-plane.mjs'

/** A served sandbox in a work folder. meshform finds it there by itself. */
async function withSandbox(main, work, use) {
  const meshform = (...args) => execFileSync(process.execPath, [main, ...args], { cwd: work, encoding: 'utf8' })
  meshform('sandbox', 'start', '--background')
  // It is a process of its own, and outlives this one unless it is told to end.
  const interrupted = (signal) => {
    meshform('sandbox', 'stop')
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    const { url, token } = JSON.parse(readFileSync(join(work, '.meshform/sandbox/server.json'), 'utf8'))
    const kubeconfig = join(work, 'kubeconfig')
    writeFileSync(kubeconfig, meshform('sandbox', 'kubeconfig'), { mode: 0o600 })
    return await use({ url, token, ca: undefined, kubeconfig, args: [] })
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    meshform('sandbox', 'stop')
  }
}

function withReal(_main, _work, use) {
  return withControlPlane(
    process.env.KUBEBUILDER_ASSETS,
    ({ server, token, certificate, kubeconfig, context }) =>
      use({ url: server, token, ca: readFileSync(certificate, 'utf8'), kubeconfig, args: ['--context', context] }),
    { quickControllers: true },
  )
}

/** Servers by name. Each `open` runs a measurement against a fresh one. */
export function serversFor(names) {
  const servers = {
    sandbox: { title: 'a served sandbox', open: withSandbox },
    real: { title: 'a real API server', open: withReal },
  }
  return names.flatMap((name) => {
    const server = servers[name]
    if (server === undefined) throw new Error(`--server knows ${Object.keys(servers).join(' and ')}, not ${name}`)
    if (name !== 'real' || hasControlPlane(process.env.KUBEBUILDER_ASSETS)) return [server]
    process.stderr.write('(no real API server: KUBEBUILDER_ASSETS has no etcd and kube-apiserver)\n')
    return []
  })
}
