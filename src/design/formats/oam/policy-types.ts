/** What becomes of a policy. */
export type PolicyType =
  | { readonly kind: 'used'; readonly does: string }
  | { readonly kind: 'noted'; readonly why: string }
  | { readonly kind: 'left-out'; readonly why: string; readonly hint: string }
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string }

/** The policies that KubeVela defines. Others are said to be unknown. */
export const POLICY_TYPES: { readonly [type: string]: PolicyType } = {
  topology: {
    kind: 'used',
    does: '`cluster` and namespace of the objects; clusters other than `local` become contexts of the kubeconfig',
  },
  override: { kind: 'used', does: 'the components that a step deploys, and what it changes of them' },
  'apply-once': {
    kind: 'used',
    does: '`lifecycle.ignoreChanges` of the paths in its rules; without rules, nothing: drift is shown by a plan, and mended by no one else',
  },
  'take-over': { kind: 'noted', why: 'Objects that belong to nobody are taken over anyway.' },
  'garbage-collect': {
    kind: 'left-out',
    why: 'What is no longer in the design is deleted by the plan that says so, and nothing is kept behind.',
    hint: 'To let go of an object without deleting it, use `removed` in the language.',
  },
  'shared-resource': {
    kind: 'left-out',
    why: 'An object belongs to one design: a second one that has it is refused.',
    hint: 'Keep shared objects in a design of their own.',
  },
  'resource-update': {
    kind: 'left-out',
    why: 'Objects are written by server-side apply, and replaced where a field cannot be changed.',
    hint: 'Use `lifecycle.replaceTriggeredBy` in the language to replace more.',
  },
  'read-only': {
    kind: 'refused',
    why: 'It says that objects are there and must not be written.',
    hint: 'Take those components out of the file: what a design holds is applied.',
  },
  replication: {
    kind: 'refused',
    why: 'It makes copies of a component that differ by a key which only CUE of your own can use.',
    hint: 'Write a component for each copy, or convert the file and use `forEach`.',
  },
  health: {
    kind: 'noted',
    why: 'Health is waited for anyway.',
  },
}
