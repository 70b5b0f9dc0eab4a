// A real API server for tests and measurements, started from the binaries of KUBEBUILDER_ASSETS: etcd and kube-apiserver, and
// kube-controller-manager where it is there. Only flags that every version from 1.20 on knows.
import { execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether a folder has what a control plane is made of. */
export function hasControlPlane(folder) {
  return folder !== undefined && ['etcd', 'kube-apiserver'].every((name) => existsSync(join(folder, name)))
}

/**
 * Starts a control plane, hands its kubeconfig to `use`, and ends it however that ends, by a signal too. `quickControllers` lifts the
 * controllers' own limit of 20 requests a second, so that what is measured is not how slowly they follow.
 */
export async function withControlPlane(folder, use, { quickControllers = false } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'meshform-cluster-'))
  const running = []
  const stop = async () => {
    for (const { child, ended } of running.reverse()) {
      child.kill('SIGTERM')
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000).unref())])
      child.kill('SIGKILL')
    }
    rmSync(data, { recursive: true, force: true })
  }
  const interrupted = () => void stop().then(() => process.exit(130))
  // Whatever ends this process, an error that nobody caught among them: they must not outlive it.
  const kill = () => {
    for (const { child } of running) child.kill('SIGKILL')
  }
  process.once('exit', kill)
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return await use(await startControlPlane(folder, data, running, quickControllers))
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    await stop()
    process.off('exit', kill)
  }
}

async function startControlPlane(folder, data, running, quickControllers) {
  const start = (name, args) => {
    // A group of its own: an interrupt from the terminal reaches us alone, who end it in order.
    const child = spawn(join(folder, name), args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000)
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    running.push({ name, child, ended, said: () => said })
  }
  const [client, peer, port] = await freePorts(3)
  const server = `https://127.0.0.1:${port}`
  const token = randomBytes(24).toString('hex')
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = join(data, 'service-accounts.key')
  writeFileSync(key, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const tokens = join(data, 'tokens.csv')
  writeFileSync(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 })
  start('etcd', [
    `--data-dir=${join(data, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync=true',
  ])
  start('kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${client}`,
    `--cert-dir=${join(data, 'certificates')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${key}`,
    `--service-account-key-file=${key}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
  ])
  const certificate = join(data, 'certificates/apiserver.crt')
  await until('kube-apiserver', running, () => existsSync(certificate))
  const kubeconfig = join(data, 'kubeconfig')
  const cluster = { server, 'certificate-authority-data': readFileSync(certificate).toString('base64') }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  }
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 })
  await until('kube-apiserver', running, () => isReady(server, token, readFileSync(certificate)))
  if (existsSync(join(folder, 'kube-controller-manager'))) {
    start('kube-controller-manager', [
      `--kubeconfig=${kubeconfig}`,
      `--service-account-private-key-file=${key}`,
      `--root-ca-file=${certificate}`,
      '--leader-elect=false',
      '--secure-port=0',
      ...(quickControllers ? ['--kube-api-qps=1000', '--kube-api-burst=2000'] : []),
      ...(minorVersion(folder, 'kube-controller-manager') < 24 ? ['--port=0'] : []),
    ])
  }
  return { kubeconfig, context: 'test', server, token, certificate }
}

/** 20 of `Kubernetes v1.20.2`. Before 24 there is a second port, of plain HTTP, which two on one machine would quarrel about. */
function minorVersion(folder, name) {
  const said = execFileSync(join(folder, name), ['--version'], { encoding: 'utf8' })
  return Number(/v1\.(\d+)/.exec(said)?.[1] ?? Number.POSITIVE_INFINITY)
}

async function until(what, running, isSo) {
  const deadline = Date.now() + 60_000
  while (!(await isSo())) {
    const dead = running.find(({ child }) => child.exitCode !== null)
    if (dead !== undefined) throw new Error(`${dead.name} ended: ${dead.said()}`)
    if (Date.now() > deadline) throw new Error(`${what} did not become ready within 60 s: ${running.at(-1)?.said() ?? ''}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function isReady(server, token, ca) {
  return new Promise((resolve) => {
    request(`${server}/readyz`, { ca, headers: { authorization: `Bearer ${token}` }, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
      .on('error', () => resolve(false))
      .end()
  })
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
