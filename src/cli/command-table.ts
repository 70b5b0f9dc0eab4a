import type { CommandEntry } from './command-entry.ts'

/** Every command, in the order help shows them. A module is loaded only when its command runs, so that start-up stays short. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'plan',
    group: 'Main',
    summary: 'Show what would change, and why',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  {
    name: 'apply',
    group: 'Main',
    summary: 'Carry out a plan, wait, and record it',
    load: async () => (await import('./commands/apply.ts')).applyCommand,
  },
  {
    name: 'destroy',
    group: 'Main',
    summary: 'Delete everything a design made',
    load: async () => (await import('./commands/destroy.ts')).destroyCommand,
  },
  {
    name: 'show',
    group: 'Main',
    summary: 'Show a saved plan',
    load: async () => (await import('./commands/show.ts')).showCommand,
  },
  {
    name: 'output',
    group: 'Main',
    summary: 'Print the outputs of the last apply',
    load: async () => (await import('./commands/output.ts')).outputCommand,
  },
  {
    name: 'init',
    group: 'Designs',
    summary: 'Start a new design',
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  {
    name: 'validate',
    group: 'Designs',
    summary: 'Check a design without touching a cluster',
    load: async () => (await import('./commands/validate.ts')).validateCommand,
  },
  {
    name: 'fmt',
    group: 'Designs',
    summary: 'Format design files',
    load: async () => (await import('./commands/fmt.ts')).fmtCommand,
  },
  {
    name: 'graph',
    group: 'Designs',
    summary: 'Print the dependency graph',
    load: async () => (await import('./commands/graph.ts')).graphCommand,
  },
  {
    name: 'test',
    group: 'Designs',
    summary: 'Run the tests of a design',
    load: async () => (await import('./commands/test.ts')).testCommand,
  },
  {
    name: 'import',
    group: 'Designs',
    summary: 'Write the design of live objects',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'console',
    group: 'Designs',
    summary: 'Evaluate expressions of a design',
    load: async () => (await import('./commands/console.ts')).consoleCommand,
  },
  {
    name: 'state',
    group: 'State',
    summary: 'Look at and mend the recorded state',
    load: async () => (await import('./commands/state.ts')).stateCommand,
  },
  {
    name: 'refresh',
    group: 'State',
    summary: 'Bring the state up to what is live',
    load: async () => (await import('./commands/refresh.ts')).refreshCommand,
  },
  {
    name: 'rollback',
    group: 'State',
    summary: 'Go back to an earlier deploy',
    load: async () => (await import('./commands/rollback.ts')).rollbackCommand,
  },
  {
    name: 'workspace',
    group: 'State',
    summary: 'Keep several states of one design',
    load: async () => (await import('./commands/workspace.ts')).workspaceCommand,
  },
  {
    name: 'force-unlock',
    group: 'State',
    summary: 'Take a lock away from a process that is gone',
    load: async () => (await import('./commands/force-unlock.ts')).forceUnlockCommand,
  },
  {
    name: 'explain',
    group: 'Designs',
    summary: 'Say in words what a component will do',
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  },
  {
    name: 'providers',
    group: 'Meshes',
    summary: 'Show what each mesh can do',
    load: async () => (await import('./commands/providers.ts')).providersCommand,
  },
  {
    name: 'filter',
    group: 'Meshes',
    summary: 'Inspect, test and share Wasm filters',
    load: async () => (await import('./commands/filter.ts')).filterCommand,
  },
  {
    name: 'perf',
    group: 'Meshes',
    summary: 'Measure latency, throughput and overhead',
    load: async () => (await import('./commands/perf.ts')).perfCommand,
  },
  {
    name: 'sandbox',
    group: 'Other',
    summary: 'Run and reset the embedded Kubernetes API',
    load: async () => (await import('./commands/sandbox.ts')).sandboxCommand,
  },
  {
    name: 'version',
    group: 'Other',
    summary: 'Print the version',
    load: async () => (await import('./commands/version.ts')).versionCommand,
  },
  {
    name: 'completion',
    group: 'Other',
    summary: 'Print a completion script for bash, zsh or fish',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
]
