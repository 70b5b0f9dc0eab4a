// Runs the tests of the Kubernetes target and the replay of recorded answers against a real API server: the one that KUBECONFIG
// names, or one started for it from KUBEBUILDER_ASSETS.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasControlPlane, withControlPlane } from './control-plane.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const assets = process.env.KUBEBUILDER_ASSETS

if (process.env.KUBECONFIG) process.exitCode = await runTests(process.env.KUBECONFIG)
else if (hasControlPlane(assets)) process.exitCode = await withControlPlane(assets, ({ kubeconfig }) => runTests(kubeconfig))
else console.log('test:cluster: skipped, for neither KUBECONFIG nor KUBEBUILDER_ASSETS (with etcd and kube-apiserver) is set.')

function runTests(kubeconfig) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--config', 'vitest.cluster.config.ts', ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}
