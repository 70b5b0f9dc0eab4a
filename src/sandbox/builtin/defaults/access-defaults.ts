import { ensureTree, objectAt, objectsAt, setDefault, type Tree, textAt } from '../json-tree.ts'

const rbacGroup = 'rbac.authorization.k8s.io'

/** Users and groups, and the role itself, belong to the group of roles unless they say otherwise. */
export function defaultRoleBinding(binding: Tree): void {
  setDefault(ensureTree(binding, 'roleRef'), 'apiGroup', rbacGroup)
  for (const subject of objectsAt(binding, 'subjects')) {
    const kind = textAt(subject, 'kind')
    if (kind === 'User' || kind === 'Group') setDefault(subject, 'apiGroup', rbacGroup)
  }
}

function defaultWebhook(webhook: Tree): void {
  webhook.failurePolicy ??= 'Fail'
  webhook.matchPolicy ??= 'Equivalent'
  ensureTree(webhook, 'namespaceSelector')
  ensureTree(webhook, 'objectSelector')
  webhook.timeoutSeconds ??= 10
  for (const rule of objectsAt(webhook, 'rules')) rule.scope ??= '*'
  const service = objectAt(objectAt(webhook, 'clientConfig'), 'service')
  if (service !== undefined) service.port ??= 443
}

/** Defaults of webhooks that may only refuse. */
export function defaultValidatingWebhooks(configuration: Tree): void {
  for (const webhook of objectsAt(configuration, 'webhooks')) defaultWebhook(webhook)
}

/** Defaults of webhooks that may change objects. */
export function defaultMutatingWebhooks(configuration: Tree): void {
  for (const webhook of objectsAt(configuration, 'webhooks')) {
    defaultWebhook(webhook)
    webhook.reinvocationPolicy ??= 'Never'
  }
}

function defaultMatchResources(match: Tree): void {
  match.matchPolicy ??= 'Equivalent'
  ensureTree(match, 'namespaceSelector')
  ensureTree(match, 'objectSelector')
  for (const rule of [...objectsAt(match, 'resourceRules'), ...objectsAt(match, 'excludeResourceRules')]) {
    rule.scope ??= '*'
  }
}

/** Defaults of a policy in CEL. */
export function defaultAdmissionPolicy(policy: Tree): void {
  const spec = ensureTree(policy, 'spec')
  spec.failurePolicy ??= 'Fail'
  const match = objectAt(spec, 'matchConstraints')
  if (match !== undefined) defaultMatchResources(match)
}

/** Defaults of what binds a policy to objects. */
export function defaultAdmissionPolicyBinding(binding: Tree): void {
  const match = objectAt(objectAt(binding, 'spec'), 'matchResources')
  if (match !== undefined) defaultMatchResources(match)
}

/** The sandbox allows everything: whoever has its token is its administrator. */
export function allowReview(review: Tree): void {
  review.status = { allowed: true }
}

/** Every verb on everything. */
export function allowRules(review: Tree): void {
  review.status = {
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }
}

/** Who asks is always the one user that there is. */
export function answerSelf(review: Tree): void {
  review.status = { userInfo: { username: 'sandbox', groups: ['system:masters', 'system:authenticated'] } }
}

/** No token but the sandbox's own is known, and that one is never shown to it. */
export function refuseToken(review: Tree): void {
  review.status = { user: {}, error: 'the sandbox authenticates nobody' }
}
