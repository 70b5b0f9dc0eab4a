// Measures `meshform perf run` beside the load generators that are installed: `npm run bench:perf -- --help`.
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'closed,http2,open,grpc,delays,stall' },
    peers: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  process.stdout.write(`npm run bench:perf -- [options]

  --seconds 10     length of each run
  --rounds 3       runs of each; the middle one counts
  --only closed,http2,open,grpc,delays,stall
  --peers FOLDER   where "npm install autocannon @grpc/grpc-js" was run
  --json           print the measurements as JSON

Peers: wrk, h2load, hey, fortio and autocannon where they are installed, undici, and @grpc/grpc-js where it can be imported. With nginx
installed it is the target of closed, http2 and open; without, those are left out. Figures mean something only on a quiet machine with
two free cores: the ratios are what to read. All of it takes some six minutes; Ctrl-C prints what there is so far.
`)
  process.exit(0)
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const main = join(root, 'dist/main.cjs')
if (!existsSync(main)) throw new Error('Build it first: npm run build')
const folder = mkdtempSync(join(tmpdir(), 'meshform-bench-perf-'))
const seconds = Number(options.seconds)
const rounds = Number(options.rounds)
const only = new Set(options.only.split(','))
const rows = []
const servers = []
const peerPrograms = options.peers === undefined ? [] : [resolve(options.peers, 'node_modules/.bin')]
let running
let stopped = false
process.on('SIGINT', () => {
  stopped = true
  running?.kill()
})

// The server on one core and the generator on another, where that can be said.
const pinned = availableParallelism() > 1 && installed('taskset')

const begun = performance.now()
try {
  print(
    `node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, ${seconds} s a run`,
  )
  const nginx = await startNginx()
  if (nginx === undefined) print('nginx is not installed: closed, http2 and open are left out')
  const parts = {
    closed: nginx && (() => closed(nginx.http1)),
    http2: nginx && (() => http2(nginx.http2)),
    open: nginx && (() => open(nginx.http1)),
    grpc,
    delays,
    stall,
  }
  for (const [name, part] of Object.entries(parts)) if (part && only.has(name) && !stopped) await part()
} catch (error) {
  if (!stopped) throw error
} finally {
  for (const server of servers) server.kill()
  rmSync(folder, { recursive: true, force: true })
}
print(`\n${stopped ? 'stopped after' : 'took'} ${Math.round((performance.now() - begun) / 1000)} s`)
if (options.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
process.exit(stopped ? 130 : 0)

async function closed(port) {
  print('\nclosed loop, HTTP/1.1, 64 connections, 1 KiB, one thread')
  const url = `http://127.0.0.1:${port}/`
  const contenders = {
    wrk: installed('wrk') && (() => wrkRate(url)),
    meshform: () => ownRate([url, '--connections', '64']),
    hey:
      installed('hey') &&
      (() => output(installed('hey'), ['-z', `${seconds}s`, '-c', '64', '-cpus', '1', url], /Requests\/sec:\s+([\d.]+)/)),
    fortio:
      installed('fortio') &&
      (() => output(installed('fortio'), ['load', '-qps', '0', '-c', '64', '-t', `${seconds}s`, '-quiet', url], /([\d.]+) qps/)),
    autocannon:
      installed('autocannon') &&
      (async () =>
        JSON.parse(await run(installed('autocannon'), ['-c', '64', '-d', `${seconds}`, '--json', url])).requests.average),
    undici: async () => JSON.parse(await node('bench/perf-client.mjs', ['undici', port, seconds, '64'])).rate,
  }
  await compare(contenders, 'wrk')
}

async function http2(port) {
  print('\nclosed loop, HTTP/2 (h2c), 1 connection × 64 streams')
  const url = `http://127.0.0.1:${port}/`
  await compare(
    {
      h2load:
        installed('h2load') &&
        (() => output(installed('h2load'), ['-c1', '-m64', `-D${seconds}`, url], /finished in [^,]+, ([\d.]+) req\/s/)),
      meshform: () => ownRate([url, '--protocol', 'http2', '--connections', '1', '--streams', '64']),
    },
    'h2load',
  )
}

async function open(port) {
  print('\nopen loop, HTTP/1.1, 128 connections: schedule lag of one thread')
  for (const rate of [100, 1000, 10_000, 50_000]) {
    const result = await own([`http://127.0.0.1:${port}/`, '--rate', rate, '--connections', '128'])
    const { scheduleLag, achievedRate, valid, generator } = result
    record({ what: `open ${rate}/s`, tool: 'meshform', rate: achievedRate, lagP99: scheduleLag.p99, busy: generator.busy, valid })
    print(
      `  ${String(rate).padStart(5)}/s planned: ${achievedRate.toFixed(0)}/s achieved, lag p50 ${scheduleLag.p50} ms, p99 ${scheduleLag.p99} ms, at work ${Math.round(generator.busy * 100)} %, ${valid ? 'valid' : 'invalid'}`,
    )
  }
}

async function grpc() {
  print('\ngRPC unary, 4 connections × 16 streams; the server is one Node process, so requests a second of generator work count')
  const port = await startServer('grpc')
  const result = await own([`grpc://127.0.0.1:${port}`, '--connections', '4', '--streams', '16'])
  const mine = result.achievedRate / Math.max(result.generator.busy, 1e-3)
  record({ what: 'grpc', tool: 'meshform', rate: result.achievedRate, perBusySecond: mine })
  print(`  meshform      ${result.achievedRate.toFixed(0)}/s, ${mine.toFixed(0)} a busy second, ${result.errors} errors`)
  const peer = await node('bench/perf-client.mjs', ['grpc-js', port, seconds, '64', resolve(options.peers ?? root)]).catch(
    () => undefined,
  )
  if (peer === undefined || stopped) {
    print('  @grpc/grpc-js can not be imported here: left out')
    return
  }
  const { rate, cpu } = JSON.parse(peer)
  record({ what: 'grpc', tool: '@grpc/grpc-js', rate, perBusySecond: rate / cpu })
  print(
    `  @grpc/grpc-js ${rate.toFixed(0)}/s, ${(rate / cpu).toFixed(0)} a busy second; meshform is ${(mine / (rate / cpu)).toFixed(1)} times that`,
  )
}

async function delays() {
  print('\ntruth: 98 % of requests take 1 ms, 2 % take 100 ms, at 1,000/s')
  const port = await startServer('delays')
  const result = await own([`http://127.0.0.1:${port}/`, '--rate', '1000', '--connections', '64'])
  for (const [name, truth] of [
    ['p50', 1],
    ['p90', 1],
    ['p99', 100],
    ['p999', 100],
  ]) {
    const measured = result.latency[name]
    const off = Math.abs(measured - truth)
    const good = off <= Math.max(0.1, truth * 0.02)
    record({ what: `delays ${name}`, tool: 'meshform', truth, measured, good })
    print(`  ${name.padEnd(4)} ${measured.toFixed(3)} ms of ${truth} ms: ${good ? 'within' : 'beyond'} 2 % or 0.1 ms`)
  }
}

async function stall() {
  // Of a run of ten seconds two stand still: a fifth of the requests wait evenly between nothing and two seconds.
  print('\ntruth: the server stands still for 2 s of 10 s, at 500/s; what users felt: p99 1,900 ms')
  const contenders = {
    meshform: async (url) => (await own([url, '--rate', '500', '--connections', '16'], 10)).latency.p99,
    wrk:
      installed('wrk') &&
      (async (url) => milliseconds(await run('wrk', ['-t1', '-c1', '-d10s', '--latency', url]), /99%\s+([\d.]+)(us|ms|s)/)),
    hey:
      installed('hey') &&
      (async (url) =>
        milliseconds(await run(installed('hey'), ['-z', '10s', '-c', '5', '-q', '100', url]), /99% in ([\d.]+) (secs)/)),
    autocannon:
      installed('autocannon') &&
      (async (url) =>
        JSON.parse(await run(installed('autocannon'), ['-c', '5', '-R', '500', '-d', '10', '--json', url])).latency.p99),
  }
  for (const [tool, measure] of Object.entries(contenders)) {
    if (!measure || stopped) continue
    const port = await startServer('stall')
    const p99 = await measured(tool, () => measure(`http://127.0.0.1:${port}/`))
    if (p99 === undefined) continue
    record({ what: 'stall p99', tool, measured: p99, truth: 1900 })
    print(`  ${tool.padEnd(11)} p99 ${p99.toFixed(1)} ms`)
  }
}

async function compare(contenders, reference) {
  const rates = new Map()
  for (let round = 0; round < rounds; round += 1) {
    const turn = Object.entries(contenders).filter(([, measure]) => measure)
    for (const [tool, measure] of round % 2 === 0 ? turn : turn.reverse()) {
      const rate = await measured(tool, measure)
      if (rate !== undefined) rates.set(tool, [...(rates.get(tool) ?? []), rate])
    }
  }
  const middle = (tool) => [...(rates.get(tool) ?? [])].sort((a, b) => a - b)[Math.floor((rates.get(tool)?.length ?? 0) / 2)]
  const base = middle(reference)
  for (const tool of Object.keys(contenders)) {
    const rate = middle(tool)
    if (rate === undefined) continue
    record({ what: `closed (reference ${reference})`, tool, rate, ratio: base === undefined ? undefined : rate / base })
    print(`  ${tool.padEnd(11)} ${rate.toFixed(0).padStart(8)}/s${base === undefined ? '' : `  ${(rate / base).toFixed(2)}`}`)
  }
  const left = Object.keys(contenders).filter((tool) => !contenders[tool])
  if (left.length > 0) print(`  not installed: ${left.join(', ')}`)
}

/** What a run measured; undefined, with the reason said, when it failed, and without one when the benchmark is being stopped. */
async function measured(tool, measure) {
  if (stopped) return undefined
  try {
    const value = await measure()
    if (stopped || Number.isFinite(value)) return stopped ? undefined : value
    print(`  ${tool}: no figure`)
  } catch (error) {
    if (!stopped) print(`  ${tool}: ${error.message}`)
  }
  return undefined
}

async function wrkRate(url) {
  return output('wrk', ['-t1', '-c64', `-d${seconds}s`, url], /Requests\/sec:\s+([\d.]+)/)
}

async function ownRate(args) {
  return (await own(args)).achievedRate
}

async function own(args, length = seconds) {
  const command = [main, 'perf', 'run', ...args.map(String), '--duration', `${length}s`, '--json']
  return JSON.parse(await run(process.execPath, command))
}

function node(script, args) {
  return run(process.execPath, [join(root, script), ...args.map(String)])
}

async function output(command, args, pattern) {
  return Number(pattern.exec(await run(command, args))?.[1])
}

function milliseconds(text, pattern) {
  const [, value, unit] = pattern.exec(text) ?? []
  return Number(value) * ({ us: 1e-3, ms: 1, s: 1000, secs: 1000 }[unit] ?? Number.NaN)
}

function run(command, args) {
  const [program, all] = pinned ? ['taskset', ['-c', '1', command, ...args]] : [command, args]
  return new Promise((settle, reject) => {
    const limits = { maxBuffer: 1 << 28, timeout: (seconds + 60) * 1000, cwd: folder }
    running = execFile(program, all, limits, (error, stdout, stderr) => {
      // A run that the generator spoilt still has its figures; that is printed beside them.
      if (error === null || stdout.startsWith('{')) settle(stdout)
      else reject(new Error(`${command} ${args.slice(0, 3).join(' ')}: ${stderr.slice(-500)}`))
    })
  })
}

async function startServer(kind) {
  const child = launch(process.execPath, [join(root, 'bench/perf-server.mjs'), kind])
  return new Promise((settle) => child.stdout.once('data', (chunk) => settle(Number(String(chunk)))))
}

async function startNginx() {
  const program = installed('nginx')
  if (!program) return undefined
  const [http1, h2] = [await freePort(), await freePort()]
  mkdirSync(join(folder, 'logs'))
  const body = 'x'.repeat(1024)
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; http2_max_concurrent_streams 512; client_body_temp_path ${folder}/body;
proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
server { listen 127.0.0.1:${http1}; location / { return 200 "${body}"; } }
server { listen 127.0.0.1:${h2} http2; location / { return 200 "${body}"; } } }
`,
  )
  launch(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'logs/error.log')])
  await new Promise((settle) => setTimeout(settle, 500))
  return { http1, http2: h2 }
}

function launch(command, args) {
  const [program, all] = pinned ? ['taskset', ['-c', '0', command, ...args]] : [command, args]
  const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'inherit'] })
  servers.push(child)
  return child
}

function freePort() {
  return new Promise((settle) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => settle(port))
    })
  })
}

function installed(name) {
  const folders = [...peerPrograms, ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  const found = folders.find((path) => existsSync(join(path, name)))
  return found === undefined ? false : join(found, name)
}

function record(row) {
  rows.push(row)
}

function print(text) {
  ;(options.json ? process.stderr : process.stdout).write(`${text}\n`)
}
