// Runs the tests of the Kubernetes target and the replay of recorded answers against a real API server: the one that KUBECONFIG
// names, or one started for it from KUBEBUILDER_ASSETS (etcd and kube-apiserver, and kube-controller-manager where it is there).
import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const assets = process.env.KUBEBUILDER_ASSETS
const isComplete = assets !== undefined && ['etcd', 'kube-apiserver'].every((name) => existsSync(join(assets, name)))

if (process.env.KUBECONFIG) process.exitCode = await runTests(process.env.KUBECONFIG)
else if (isComplete) process.exitCode = await withControlPlane(assets, runTests)
else console.log('test:cluster: skipped, for neither KUBECONFIG nor KUBEBUILDER_ASSETS (with etcd and kube-apiserver) is set.')

function runTests(kubeconfig) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--config', 'vitest.cluster.config.ts', ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

async function withControlPlane(folder, use) {
  const data = mkdtempSync(join(tmpdir(), 'meshform-cluster-'))
  const running = []
  const start = (name, args) => {
    const child = spawn(join(folder, name), args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000)
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    running.push({ name, child, ended, said: () => said })
  }
  try {
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
        '--leader-elect=false',
      ])
    }
    return await use(kubeconfig)
  } finally {
    for (const { child, ended } of running.reverse()) {
      child.kill('SIGTERM')
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))])
      child.kill('SIGKILL')
    }
    rmSync(data, { recursive: true, force: true })
  }
}

async function until(what, running, isSo) {
  const deadline = Date.now() + 60_000
  while (!(await isSo())) {
    const dead = running.find(({ child }) => child.exitCode !== null)
    if (dead !== undefined) throw new Error(`${dead.name} ended: ${dead.said()}`)
    if (Date.now() > deadline) throw new Error(`${what} did not become ready within 60 s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function isReady(server, token, ca) {
  const { request } = await import('node:https')
  return await new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    request(`${server}/readyz`, { ca, headers, agent: false }, (response) => {
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
