// Runs the everyday commands on small designs, and keeps what V8 compiled meanwhile: the code caches beside the pieces in dist/.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { objectsDesign, shopDesign, shopKinds } from './warm-up-designs.mjs'

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist')
const { codeCaches, loadPiece } = createRequire(import.meta.url)('../dist/load-piece.cjs')
// V8 throws away what was not used for a while, and looks at its flags when it reads a cache: they must be the usual ones by then.
setFlagsFromString('--no-flush-bytecode')
const folder = mkdtempSync(join(tmpdir(), 'meshform-warm-up-'))
try {
  await runEverydayCommands()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
for (const piece of readdirSync(join(dist, 'pieces')).filter((file) => file.endsWith('.cjs'))) loadPiece(basename(piece, '.cjs'))
setFlagsFromString('--flush-bytecode')
for (const [name, bytes] of codeCaches()) writeFileSync(join(dist, 'pieces', name), bytes)

async function runEverydayCommands() {
  const embedded = workFolder('embedded')
  const shop = ['-f', 'shop.yaml']
  await meshform(embedded, 'validate', ...shop)
  await meshform(embedded, 'plan', '--offline', ...shop)
  await meshform(embedded, 'apply', '--yes', ...shop)
  await meshform(embedded, 'plan', ...shop)
  await meshform(embedded, 'plan', ...shop, '--input', 'weight=20', '--out', 'plan.json')
  await meshform(embedded, 'show', 'plan.json')
  await meshform(embedded, 'apply', 'plan.json')
  await meshform(embedded, 'destroy', '--yes', ...shop)

  const served = workFolder('served')
  const kubeconfig = join(served, 'kubeconfig')
  const abort = new AbortController()
  const server = startServer(served, abort.signal)
  await server.ready
  writeFileSync(kubeconfig, await meshform(served, 'sandbox', 'kubeconfig'), { mode: 0o600 })
  for (const cluster of [[], ['--context', 'meshform-sandbox', '--workspace', 'other']]) {
    await meshform(served, 'apply', '--yes', '-f', 'objects.json', ...cluster)
    await meshform(served, 'plan', '-f', 'objects.json', ...cluster)
    await meshform(served, 'plan', '-f', 'changed.json', ...cluster)
    await meshform(served, 'apply', '--yes', '-f', 'changed.json', ...cluster)
    await meshform(served, 'destroy', '--yes', '-f', 'changed.json', ...cluster)
  }
  abort.abort()
  await server.ended
}

/** Runs a command in this process and gives what it printed. What fails here fails for users too. */
async function meshform(cwd, ...args) {
  let said = ''
  let ended = 0
  await runCommand(
    args,
    cwd,
    new AbortController().signal,
    (text) => (said += text),
    (code) => (ended = code),
  )
  if (ended !== 0) throw new Error(`meshform ${args.join(' ')} ended with ${ended}: ${said}`)
  return said
}

function startServer(cwd, signal) {
  let ended
  const ready = new Promise((resolve, reject) => {
    const say = (text) => {
      if (text.includes('is served at')) resolve()
    }
    ended = runCommand(['sandbox', 'start'], cwd, signal, say, (code) => reject(new Error(`The server ended with ${code}`)))
  })
  return { ready, ended }
}

function runCommand(args, cwd, signal, say, setExitCode) {
  const output = () =>
    new Writable({
      write: (chunk, _encoding, done) => {
        say(String(chunk))
        done()
      },
    })
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(cwd, 'kubeconfig') }
  return loadPiece('command')['src/cli/run.ts'].run(args, { stdout: output(), stderr: output(), env, signal, cwd, setExitCode })
}

function workFolder(name) {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'shop.yaml'), shopDesign)
  writeFileSync(join(path, 'crds.yaml'), shopKinds)
  writeFileSync(join(path, 'objects.json'), objectsDesign('value'))
  writeFileSync(join(path, 'changed.json'), objectsDesign('changed'))
  return path
}
