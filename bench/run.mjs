// Measures meshform beside kubectl, a bare HTTP loop and Terraform: `npm run bench -- --help`.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bareLoop } from './bare-loop.mjs'
import { dependentResources, designOf, documentsOf, objectsFor, ownedBy } from './objects.mjs'
import { medianOf, timeProcess } from './run-process.mjs'
import { serversFor } from './servers.mjs'

const { values: options } = parseArgs({
  options: {
    objects: { type: 'string', default: '2000,10000' },
    only: { type: 'string', default: 'start,apply,graph,engine' },
    kinds: { type: 'string', default: 'configmaps,mixed' },
    server: { type: 'string', default: 'sandbox,real' },
    'skip-peers': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  process.stdout.write(`npm run bench -- [options]

  --objects 2000,10000        how many objects
  --kinds configmaps,mixed    which objects
  --only start,apply,graph,engine   which measurements
  --server sandbox,real       against which API server
  --skip-peers                leave out kubectl and Terraform
  --json                      print the measurements as JSON

What is measured, whole processes by the clock:
  start    \`meshform --version\` beside \`node -e 0\`
  apply    first apply, plan with nothing to do, plan and apply with 5 % of the objects changed; beside them a bare HTTP loop of the
           same PATCHes, \`kubectl apply --server-side\` and \`kubectl diff --server-side\`
  graph    a plan of resources that depend on each other, without a cluster, beside \`terraform plan\` of as many \`terraform_data\`
  engine   engine and state alone, in this process, at 2,000 and 20,000 objects: how time and memory grow

All tools talk to the same server, each in namespaces of its own: a served sandbox, then a real API server where KUBEBUILDER_ASSETS
has etcd and kube-apiserver. Peers that are not installed are left out, and that is said. Ratios are within one run; on a machine that
does other things meanwhile the seconds tell little, and the limits in seconds may not hold.

With kubectl a run takes about 20 minutes a server, nearly all of it kubectl's with 10,000 objects; \`--objects 2000\` takes 5, and
\`--skip-peers\` 2.
`)
  process.exit(0)
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const main = join(root, 'dist/main.cjs')
if (!existsSync(main)) throw new Error('Build it first: npm run build')
const folder = mkdtempSync(join(tmpdir(), 'meshform-bench-'))
const only = new Set(options.only.split(','))
const rows = []
const servers = serversFor(options.server.split(','))
let unmeasured = 0
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

print(`node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}`)
const peers = { kubectl: versionOf('kubectl', ['version', '--client']), terraform: versionOf('terraform', ['version']) }
for (const [peer, version] of Object.entries(peers))
  print(version ?? `${peer} is not ${options['skip-peers'] ? 'asked' : 'installed'}: left out`)
if (only.has('start')) await measureStart()
for (const count of options.objects.split(',').map(Number)) {
  if (only.has('apply'))
    for (const server of servers)
      for (const kinds of options.kinds.split(',')) await attempt(() => measureApply(server, count, kinds))
  if (only.has('graph')) await attempt(() => measureGraph(count))
}
if (only.has('engine')) await attempt(measureEngine)
if (options.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
if (unmeasured > 0) process.exitCode = 1

/** One table that can't be measured does not cost the others; the exit code tells of it. */
async function attempt(measure) {
  try {
    await measure()
  } catch (error) {
    unmeasured++
    print(`  not measured: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function measureStart() {
  print('\nstart-up, the middle of nine runs')
  const node = await medianOf(9, () => timeProcess(process.execPath, ['-e', '0']))
  record({ what: 'node -e 0', seconds: node })
  const version = await medianOf(9, () => timeProcess(process.execPath, [main, '--version']))
  record({
    what: 'meshform --version',
    seconds: version,
    note: `${Math.round((version - node) * 1000)} ms more`,
    holds: version - node <= 0.08,
  })
}

async function measureApply(server, count, kinds) {
  print(`\n${count} ${kinds === 'mixed' ? 'mixed objects' : 'ConfigMaps'}, against ${server.title}`)
  const work = workFolder(`apply-${rows.length}-${kinds}-${count}`)
  const note = { count, kinds, server: server.title }
  await server.open(main, work, async (opened) => {
    const of = (tool, changed = 0) => objectsFor(tool, count, kinds, changed)
    // Once before and once after: a machine that is not quiet is unfair to both alike.
    const before = await bareLoop(opened, ownedBy('bare', of('bare')))
    const design = join(work, 'design.json')
    const env = { ...process.env, KUBECONFIG: opened.kubeconfig }
    const time = (...args) => timeProcess(process.execPath, [main, ...args, ...opened.args, '-f', design], { cwd: work, env })
    writeFileSync(design, designOf('bench', of('meshform')))
    const first = await time('apply', '--yes')
    const after = await bareLoop(opened, ownedBy('again', of('again')))
    const bare = (before.sent + after.sent) / 2
    const waiting = (before.waited + after.waited) / 2
    record({ ...note, what: 'bare HTTP loop, first apply', seconds: bare })
    if (kinds === 'mixed') record({ ...note, what: 'the same, until controllers took them up', seconds: waiting })
    record({
      ...note,
      what: 'meshform apply, first',
      seconds: first,
      note: `${ratio(first, bare)} the bare loop${kinds === 'mixed' ? `, ${ratio(first, waiting)} with waits` : ''}`,
      holds: first <= 2 * waiting,
    })
    const noOp = await medianOf(3, () => time('plan'))
    record({ ...note, what: 'meshform plan, nothing to do', seconds: noOp, ...(count === 2000 ? { holds: noOp < 0.7 } : {}) })
    writeFileSync(design, designOf('bench', of('meshform', 5)))
    const changed = await time('plan')
    record({ ...note, what: 'meshform plan, 5 % changed', seconds: changed })
    record({ ...note, what: 'meshform apply, 5 % changed', seconds: await time('apply', '--yes') })
    if (peers.kubectl === undefined) return
    // What a peer comes to grief on is no reason to lose the figures that there are.
    await measureKubectl(work, opened, note, of, { first, noOp, changed }).catch((error) => print(`  kubectl: ${error.message}`))
  })
}

async function measureKubectl(work, opened, note, of, ours) {
  const env = { PATH: process.env.PATH, HOME: work, KUBECONFIG: opened.kubeconfig }
  const file = join(work, 'objects.yaml')
  const time = (args, codes) => timeProcess('kubectl', [...args, '-f', file], { cwd: work, env, codes })
  writeFileSync(file, documentsOf(of('kubectl')))
  const applied = await time(['apply', '--server-side'])
  record({
    ...note,
    what: 'kubectl apply --server-side, first',
    seconds: applied,
    note: `${ratio(applied, ours.first)} meshform's`,
  })
  const compared = await time(['diff', '--server-side'], [0])
  record({ ...note, what: 'kubectl diff, nothing to do', seconds: compared, note: `${ratio(compared, ours.noOp)} meshform's` })
  writeFileSync(file, documentsOf(of('kubectl', 5)))
  const changed = await time(['diff', '--server-side'], [1])
  record({ ...note, what: 'kubectl diff, 5 % changed', seconds: changed, note: `${ratio(changed, ours.changed)} meshform's` })
}

/** The engine and the state alone, against a cluster that answers at once: how they grow is what counts. */
async function measureEngine() {
  print('\nengine and state alone, 2,000 and 20,000 objects')
  const env = { ...process.env, BENCH_JSON: '1', BENCH_SIZES: '2000,20000' }
  const [small, large] = JSON.parse(
    execFileSync(process.execPath, [join(root, 'bench/engine-state.mjs')], { env, encoding: 'utf8' }),
  )
  for (const step of ['plan, nothing to do', 'apply, state on disk']) {
    const isApply = step.startsWith('apply')
    record({ what: step, seconds: small[step], count: 2000, ...(isApply ? { holds: small[step] < 1 } : {}) })
    const growth = large[step] / small[step]
    const note = `${growth.toFixed(1)} x as long for 10 x as many`
    record({ what: `${step}, ten times as many`, seconds: large[step], count: 20_000, note, holds: growth <= 11 })
  }
  const memory = large['memory, MiB']
  print(
    `  memory with 20,000 objects                 ${memory.toFixed(0).padStart(9)} MiB, ${memory < 1024 ? 'holds' : 'does not hold'}`,
  )
}

async function measureGraph(count) {
  print(`\n${count} resources that depend on each other, no cluster`)
  const work = workFolder(`graph-${count}`)
  const { design, terraform } = dependentResources(count)
  const file = join(work, 'design.json')
  writeFileSync(file, design)
  const plan = await timeProcess(process.execPath, [main, 'plan', '--offline', '-f', file], { cwd: work })
  record({ what: 'meshform plan --offline', seconds: plan, count, ...(count === 10_000 ? { holds: plan < 2 } : {}) })
  if (peers.terraform === undefined) return
  writeFileSync(join(work, 'main.tf'), terraform)
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' }
  await timeProcess('terraform', ['init', '-input=false'], { cwd: work, env })
  const compared = await timeProcess('terraform', ['plan', '-input=false'], { cwd: work, env })
  record({ what: 'terraform plan', seconds: compared, count, note: `${ratio(compared, plan)} meshform's` })
  if (count > 2000) return
  const apply = await timeProcess('terraform', ['apply', '-auto-approve', '-input=false'], { cwd: work, env })
  record({ what: 'terraform apply (engine and state alone)', seconds: apply, count })
  record({
    what: 'terraform plan, nothing to do',
    seconds: await timeProcess('terraform', ['plan', '-input=false'], { cwd: work, env }),
    count,
  })
}

function record(row) {
  rows.push(row)
  const verdict = row.holds === undefined ? '' : row.holds ? 'holds' : 'does not hold'
  print(
    `  ${row.what.padEnd(42)} ${row.seconds.toFixed(3).padStart(9)} s  ${[row.note, verdict].filter(Boolean).join(', ')}`.trimEnd(),
  )
}

function print(line) {
  ;(options.json ? process.stderr : process.stdout).write(`${line}\n`)
}

function ratio(seconds, base) {
  return `${(seconds / base).toFixed(2)} x`
}

function workFolder(name) {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}

/** The first line that a peer says of itself; undefined when it is not there, or not wanted. */
function versionOf(command, args) {
  if (options['skip-peers']) return undefined
  try {
    const [first] = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')
    return first.startsWith(command) || first.startsWith('Terraform') ? first : `${command}, ${first}`
  } catch {
    return undefined
  }
}
