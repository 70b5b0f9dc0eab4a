/** What becomes of a step of a workflow. */
export type StepType =
  | { readonly kind: 'deploys'; readonly does: string }
  | { readonly kind: 'makes'; readonly does: string }
  | { readonly kind: 'left-out'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string }

const QUIET = 'It tells people or other systems, and changes no object.'
const RUNS = 'It runs something while the workflow does.'
const BEFORE = 'Do it before, in the script or pipeline that runs meshform.'
const CONFIG = "Configurations are kept by KubeVela's own controller."

/** The steps that KubeVela defines. Others are said to be unknown. */
export const STEP_TYPES: { readonly [type: string]: StepType } = {
  deploy: { kind: 'deploys', does: 'the components that its override policies select, where its topology policies say' },
  'apply-component': { kind: 'deploys', does: 'one component' },
  'apply-application': { kind: 'deploys', does: 'all components' },
  'apply-application-in-parallel': { kind: 'deploys', does: 'all components' },
  'apply-remaining': { kind: 'deploys', does: 'the components that no step before has deployed' },
  'step-group': { kind: 'deploys', does: 'what the steps within do' },
  'apply-object': { kind: 'makes', does: 'the object' },
  'apply-deployment': { kind: 'makes', does: 'a Deployment' },
  export2config: { kind: 'makes', does: 'a ConfigMap' },
  export2secret: { kind: 'makes', does: 'a Secret' },
  suspend: { kind: 'deploys', does: 'nothing; refused between other steps, since one apply does not pause' },
  notification: { kind: 'left-out', why: QUIET },
  webhook: { kind: 'left-out', why: QUIET },
  'print-message-in-status': { kind: 'left-out', why: QUIET },
  'collect-service-endpoints': { kind: 'left-out', why: 'It reads, and changes no object.' },
  'list-config': { kind: 'left-out', why: 'It reads, and changes no object.' },
  'read-config': { kind: 'left-out', why: 'It reads, and changes no object.' },
  'read-object': { kind: 'left-out', why: 'It reads, and changes no object.' },
  'depends-on-app': { kind: 'left-out', why: 'Whether another application is there is not looked at: apply it first.' },
  'restart-workflow': { kind: 'left-out', why: 'Nothing here runs by itself.' },
  'canary-rollout': {
    kind: 'refused',
    why: "It shifts traffic between revisions that KubeVela's controller counts.",
    hint: 'Convert the file, and add `meshes`, `versions` of the workload and `traffic` with weights; an apply for each weight.',
  },
  'check-metrics': {
    kind: 'refused',
    why: 'It lets the workflow go on when metrics are good.',
    hint: 'Convert the file, and add `perfChecks` with thresholds.',
  },
  request: { kind: 'refused', why: RUNS, hint: BEFORE },
  'vela-cli': { kind: 'refused', why: RUNS, hint: BEFORE },
  'build-push-image': { kind: 'refused', why: RUNS, hint: BEFORE },
  'clean-jobs': { kind: 'refused', why: 'It deletes objects that the application does not name.', hint: BEFORE },
  'apply-terraform-config': { kind: 'refused', why: 'It runs Terraform.', hint: 'Run Terraform before.' },
  'apply-terraform-provider': { kind: 'refused', why: 'It runs Terraform.', hint: 'Run Terraform before.' },
  'generate-jdbc-connection': { kind: 'refused', why: 'It reads what Terraform made.', hint: 'Run Terraform before.' },
  'deploy-cloud-resource': { kind: 'refused', why: 'It runs Terraform.', hint: 'Run Terraform before.' },
  'share-cloud-resource': { kind: 'refused', why: 'It copies what Terraform made.', hint: 'Run Terraform before.' },
  'create-config': { kind: 'refused', why: CONFIG, hint: 'Write the Secret as a component of type k8s-objects.' },
  'delete-config': { kind: 'refused', why: CONFIG, hint: 'Take the step out.' },
  'export-data': {
    kind: 'refused',
    why: 'It copies data to other clusters.',
    hint: 'Write the ConfigMap or Secret as a component.',
  },
  'export-service': { kind: 'refused', why: 'It copies a Service to other clusters.', hint: 'Write the Service as a component.' },
}
