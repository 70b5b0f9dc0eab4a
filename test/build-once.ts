import { execFileSync } from 'node:child_process'

/** Builds the command line once before any test runs it as a process. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' })
}
