// Runs whole processes and takes their time.
import { spawn } from 'node:child_process'

/** Seconds of a process from its start to its end, with its peak memory where the platform tells. Throws when it ends as it should not. */
export function timeProcess(command, args, { cwd, env = process.env, codes = [0], limitSeconds = 900 } = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), limitSeconds * 1000)
    let said = ''
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-2000)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      const seconds = (performance.now() - started) / 1000
      if (code !== null && codes.includes(code)) resolve(seconds)
      else reject(new Error(`${command} ${args.slice(0, 4).join(' ')} ended with ${code ?? 'a signal'}: ${said}`))
    })
  })
}

/** The middle of several runs. */
export async function medianOf(times, run) {
  const seconds = []
  for (let index = 0; index < times; index += 1) seconds.push(await run())
  return seconds.sort((left, right) => left - right)[Math.floor(times / 2)]
}
