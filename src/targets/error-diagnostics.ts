import { closest, distance } from 'fastest-levenshtein'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { resolveFieldPath } from '../plan/field-path.ts'
import type { JsonObject } from '../plan/json.ts'
import { describeObject, type ObjectKey } from '../plan/manifest.ts'
import type { SourceLocation, ValuePath } from '../plan/source.ts'
import type { TargetCode } from './codes.ts'
import type { TargetError } from './contract.ts'

/** What was asked of the target, for the message. */
export interface RefusedRequest {
  /** `apply`, `list`, `delete`, `connect to`. */
  readonly verb: string
  readonly kind: string
  readonly cluster: string
  readonly key?: ObjectKey
  readonly address?: string
  readonly location?: SourceLocation | undefined
  /** The object that was sent, to find fields of keyed lists in it. */
  readonly manifest?: JsonObject
  /** Where the design says the value at a path of the object. */
  readonly originOf?: (path: ValuePath) => SourceLocation | undefined
}

interface Explanation {
  readonly code: TargetCode
  readonly summary: string
  readonly detail?: string
  readonly hint?: string
  /** The field the location should lead to. */
  readonly field?: string
}

/** Says what a target refused, why, and what to do about it. */
export function targetDiagnostic(error: TargetError, request: RefusedRequest): Diagnostic {
  const { code, summary, detail, hint: usual, field } = explain(error, request)
  const hint = 'hint' in error ? (error.hint ?? usual) : usual
  const location = locate(field, request)
  return {
    severity: 'error',
    code,
    summary,
    ...(detail === undefined ? {} : { detail }),
    ...(request.address === undefined ? {} : { address: request.address }),
    ...(location === undefined ? {} : { location }),
    ...(hint === undefined ? {} : { hint }),
  }
}

function locate(field: string | undefined, request: RefusedRequest): SourceLocation | undefined {
  if (field === undefined || field === '' || request.originOf === undefined) return request.location
  const path = request.manifest === undefined ? leadingNames(field) : resolveFieldPath(request.manifest, field)
  return request.originOf(path) ?? request.location
}

/** The part of a field path that is certain without the object: names up to the first list. */
function leadingNames(field: string): ValuePath {
  const names = field.replace(/^\./, '').split('[', 1)[0] ?? ''
  return names.split('.').filter((name) => name !== '')
}

function explain(error: TargetError, request: RefusedRequest): Explanation {
  const what = request.key === undefined ? request.kind : describeObject(request.key)
  const asked =
    request.kind === 'cluster'
      ? `${request.verb} cluster ${request.cluster}`
      : `${request.verb} ${what} on cluster ${request.cluster}`
  switch (error.kind) {
    case 'conflict':
      return explainConflict(error, what)
    case 'invalid':
      return explainInvalid(error, what, request.cluster)
    case 'immutable':
      return {
        code: 'MF5010',
        summary: `${what} has a field that can't be changed`,
        detail: listed(error.causes, error.message),
        hint: 'Replace the object with --replace, or give it another name.',
        ...firstField(error.causes),
      }
    case 'not-served':
      return {
        code: 'MF5011',
        summary: `Can't ${asked}: its kind is not served`,
        detail: sentence(error.message),
        hint: 'Install the CustomResourceDefinition, or let the component depend on the mesh or resource that brings it.',
      }
    case 'group-silent':
      return silentGroup(error.group, request.cluster, `Can't ${asked}`)
    case 'not-found':
      return explainNotFound(error.message, asked)
    case 'already-exists':
      return {
        code: 'MF5013',
        summary: `Can't ${asked}: it exists already`,
        detail: sentence(error.message),
        hint: /being deleted/.test(error.message)
          ? 'Wait until it is gone, then run again.'
          : 'Run again: the next plan sees it.',
      }
    case 'unauthorized':
      return {
        code: 'MF5003',
        summary: `Cluster ${request.cluster} refuses the credentials`,
        detail: sentence(error.message),
        hint: 'They may have expired: log in again the way this cluster is logged in to, then run the same command again.',
      }
    case 'credentials':
      return {
        code: 'MF5004',
        summary: `No credentials for cluster ${request.cluster}`,
        detail: sentence(error.message),
        hint: /credential plugin/.test(error.message)
          ? 'Run the plugin by hand to see what it lacks; `kubectl get namespaces` must work too.'
          : 'Correct the entry of the user in the kubeconfig, or log in again the way this cluster is logged in to.',
      }
    case 'forbidden':
      return explainForbidden(error, asked, request)
    case 'kubeconfig':
      return explainKubeconfig(error, request.cluster)
    case 'unreachable':
      return explainUnreachable(error, request.cluster)
    case 'throttled':
      return {
        code: 'MF5014',
        summary: `Cluster ${request.cluster} is too busy to ${request.verb} ${what}`,
        detail: sentence(error.message),
        hint: 'Run again later, or with a lower --parallelism.',
      }
    case 'timeout':
      return {
        code: 'MF5015',
        summary: `Cluster ${request.cluster} did not answer in time`,
        detail: sentence(error.message),
        hint: 'What was asked may still have happened: the next plan tells.',
      }
    case 'aborted':
      return { code: 'MF5016', summary: `Stopped before the answer to: ${asked}` }
    case 'other':
      return explainOther(error, asked)
  }
}

/** What to say of an API group whose own server does not answer. */
function silentGroup(group: string, cluster: string, consequence: string): Explanation {
  return {
    code: 'MF5023',
    summary: `${consequence}: its API group ${group} does not answer`,
    detail: `Cluster ${cluster} leaves ${group} to a server of its own, and that one does not answer.`,
    hint: `\`kubectl get apiservices\` tells why. Bring that server back, or delete its APIService where nobody needs it.`,
  }
}

/** Warns of an API group whose kinds nobody can see, whether or not anything here is of them. */
export function silentGroupWarning(group: string, cluster: string): Diagnostic {
  const { code, hint } = silentGroup(group, cluster, '')
  return {
    severity: 'warning',
    code,
    summary: `API group ${group} of cluster ${cluster} does not answer`,
    detail: `A server of its own serves it. As long as that one is away nobody knows what is there of ${group}, and no namespace can be deleted for good.`,
    ...(hint === undefined ? {} : { hint }),
  }
}

function explainConflict(error: Extract<TargetError, { kind: 'conflict' }>, what: string): Explanation {
  const [first] = error.conflicts
  if (first === undefined) {
    return {
      code: 'MF5008',
      summary: `${what} was changed by somebody else at the same time`,
      detail: sentence(error.message),
      hint: 'Run again.',
    }
  }
  const managers = [...new Set(error.conflicts.map((conflict) => conflict.manager))].map((name) => `"${name}"`).join(', ')
  const fields = error.conflicts.map((conflict) => conflict.field.replace(/^\./, ''))
  const shown = fields.length === 1 ? `${fields[0]}` : `${fields.length} fields`
  return {
    code: 'MF5008',
    summary: `${shown} of ${what} ${fields.length === 1 ? 'belongs' : 'belong'} to ${managers}`,
    detail: error.conflicts
      .map((conflict) => `${conflict.field.replace(/^\./, '')} is owned by "${conflict.manager}".`)
      .join('\n'),
    hint: 'Say `conflict: force` on the component to take the field over, `conflict: leave` to let the other have it, or take the field out of the design.',
    field: first.field,
  }
}

function explainInvalid(error: Extract<TargetError, { kind: 'invalid' }>, what: string, cluster: string): Explanation {
  const denied = /admission webhook "([^"]+)" denied the request:?\s*([\s\S]*)/.exec(error.message)
  if (denied !== null) {
    return {
      code: 'MF5009',
      summary: `Admission webhook ${denied[1]} denies ${what}`,
      detail: sentence(denied[2] ?? ''),
      ...firstField(error.causes),
    }
  }
  if (/HTTP request to an HTTPS server/.test(error.message)) {
    return {
      code: 'MF5002',
      summary: `Cluster ${cluster} speaks HTTPS, and its address says http`,
      detail: sentence(error.message),
      hint: "Write https:// in `server` of the kubeconfig's cluster.",
    }
  }
  return {
    code: 'MF5009',
    summary: `Cluster ${cluster} refuses ${what} as invalid`,
    detail: listed(error.causes, error.message),
    ...hintFor(error.causes.map(({ message }) => message).join('\n') || error.message),
    ...firstField(error.causes),
  }
}

/** What is most often behind the words of a server that refuses a field. */
function hintFor(message: string): { readonly hint?: string } {
  if (/unknown field|not declared in schema/.test(message))
    return { hint: `Fields the server does not know are misspelt, or newer than the kind's version there.` }
  if (/expected string, got &value/.test(message))
    return { hint: 'It takes a text: write the value in quotes, and an expression as "${string(...)}".' }
  return {}
}

function explainNotFound(message: string, asked: string): Explanation {
  const namespace = /namespaces? "([^"]+)" not found/.exec(message)?.[1]
  if (namespace === undefined) return { code: 'MF5012', summary: `Can't ${asked}: not found`, detail: sentence(message) }
  return {
    code: 'MF5012',
    summary: `Can't ${asked}: namespace ${namespace} is not there`,
    hint: 'Make the namespace in the design, or create it before.',
  }
}

function explainForbidden(
  error: Extract<TargetError, { kind: 'forbidden' }>,
  asked: string,
  request: RefusedRequest,
): Explanation {
  const { message, cause } = error
  if (cause === 'NamespaceTerminating' || /because it is being terminated/.test(message)) {
    return {
      code: 'MF5018',
      summary: `Can't ${asked}: its namespace is being deleted`,
      detail: sentence(message),
      hint: 'Wait until the namespace is gone, then run again.',
    }
  }
  const denied = /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/.exec(
    message,
  )
  if (denied !== null) {
    const [, user, verb, resource, group, namespace] = denied
    const where = namespace === undefined ? 'at the cluster scope' : `in namespace ${namespace}`
    const option = namespace === undefined ? '' : ` -n ${namespace}`
    return {
      code: 'MF5005',
      summary: `"${user}" may not ${verb} ${resource}${group === '' ? '' : `.${group}`} ${where} on cluster ${request.cluster}`,
      detail: sentence(message),
      hint: `Ask for the right; \`kubectl auth can-i ${verb} ${resource}${group === '' ? '' : `.${group}`}${option}\` tells when it is there.`,
    }
  }
  const quota = /exceeded quota: ([^,]+)/.exec(message)?.[1]
  if (quota !== undefined) {
    return {
      code: 'MF5005',
      summary: `Can't ${asked}: quota ${quota} is used up`,
      detail: sentence(message),
      hint: 'Raise the quota or ask for less.',
    }
  }
  return { code: 'MF5005', summary: `Not allowed to ${asked}`, detail: sentence(message) }
}

function explainKubeconfig(error: Extract<TargetError, { kind: 'kubeconfig' }>, cluster: string): Explanation {
  const known = error.contexts.length === 0 ? undefined : `Contexts there: ${error.contexts.join(', ')}.`
  switch (error.problem) {
    case 'no-context': {
      const wanted = error.context ?? ''
      const nearest = error.contexts.length === 0 ? undefined : closest(wanted, [...error.contexts])
      const near = nearest !== undefined && distance(wanted, nearest) <= Math.max(2, wanted.length / 2)
      return {
        code: 'MF5006',
        summary: `Cluster ${cluster}: no context "${wanted}" in the kubeconfig`,
        detail: [sentence(error.message), known].filter((part) => part !== undefined).join(' '),
        ...(near ? { hint: `Did you mean "${nearest}"?` } : {}),
      }
    }
    case 'no-current-context':
      return {
        code: 'MF5006',
        summary: `Cluster ${cluster}: no context is named`,
        detail: [sentence(error.message), known].filter((part) => part !== undefined).join(' '),
        hint: 'Name one: `context:` of the cluster in the design, or --context.',
      }
    case 'unreadable':
      return {
        code: 'MF5007',
        summary: `Cluster ${cluster}: the kubeconfig can't be used`,
        detail: sentence(error.message),
        hint: 'Correct it, or say where another is: --kubeconfig, the environment variable KUBECONFIG, or `kubeconfig:` of the cluster in the design.',
      }
    case 'incomplete':
      return {
        code: 'MF5007',
        summary: `Cluster ${cluster}: the kubeconfig can't be used`,
        detail: sentence(error.message),
        hint: 'Correct it there, or name another context.',
      }
  }
}

/** What the system's codes mean to a person. */
const CONNECTION_CODES: { readonly [code: string]: string } = {
  ECONNREFUSED: 'Nothing listens at that address: the server is down, or the address is wrong.',
  ENOTFOUND: 'The name of the server is unknown: it is misspelt, or this network (a VPN?) does not know it.',
  EAI_AGAIN: 'The name of the server could not be looked up just now.',
  ETIMEDOUT: 'The server does not answer: a firewall or a missing VPN often looks like this.',
  UND_ERR_CONNECT_TIMEOUT: 'The server does not answer: a firewall or a missing VPN often looks like this.',
  ECONNRESET: 'The connection was cut.',
  UND_ERR_SOCKET: 'The connection was cut: by something in between, or by a server that wants a client certificate or TLS.',
  CUT_SHORT: 'Something between here and the server breaks answers off.',
  HTTP_502: 'A gateway or load balancer stands before the API server and does not get through to it.',
  HTTP_503:
    'The API server, or what stands before it, does not serve just now: it may be starting or be upgraded. Run again later.',
  HTTP_504: 'A gateway or load balancer stands before the API server and does not get through to it.',
  EHOSTUNREACH: 'There is no way to that host from here.',
  ENETUNREACH: 'There is no way to that network from here.',
}

/** What OpenSSL's codes mean to a person. */
const TLS_EXPLANATIONS: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/CERT_HAS_EXPIRED/, "The server's certificate has expired."],
  [/CERT_NOT_YET_VALID/, "The server's certificate is not valid yet: is this machine's clock right?"],
  [
    /ALTNAME|HOSTNAME_MISMATCH/,
    "The server's certificate is for another name: `tls-server-name` of the kubeconfig's cluster names it.",
  ],
  [
    /SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO/,
    "The server's certificate was not issued by the authority of the kubeconfig (`certificate-authority-data`).",
  ],
  [/EPROTO|ERR_SSL/, 'The server does not speak TLS there: is it an http address, or another port?'],
  [/^ERR_TLS|^CERT_/, "The server's certificate is not accepted."],
]

function explainUnreachable(error: Extract<TargetError, { kind: 'unreachable' }>, cluster: string): Explanation {
  const code = error.code ?? ''
  const tls = TLS_EXPLANATIONS.find(([pattern]) => pattern.test(code))
  const detail = `${sentence(error.message)}${code === '' || error.message.includes(code) ? '' : ` (${code})`}`
  if (tls !== undefined)
    return { code: 'MF5002', summary: `The server of cluster ${cluster} can't be trusted`, detail, hint: tls[1] }
  const status = /Proxy response \((\d+)\)/.exec(error.message)?.[1]
  const hint =
    status === undefined
      ? CONNECTION_CODES[code]
      : status === '407'
        ? 'The proxy wants a name and a password: http://name:password@host:port.'
        : 'The proxy does not let this connection through: NO_PROXY exempts hosts, `proxy-url` in the kubeconfig names another.'
  return { code: 'MF5001', summary: `Cluster ${cluster} can't be reached`, detail, ...(hint === undefined ? {} : { hint }) }
}

function explainOther(error: Extract<TargetError, { kind: 'other' }>, asked: string): Explanation {
  const webhook = /failed calling webhook "([^"]+)"/.exec(error.message)?.[1]
  if (webhook !== undefined) {
    return {
      code: 'MF5019',
      summary: `Can't ${asked}: admission webhook ${webhook} does not answer`,
      detail: sentence(error.message),
      hint: "Look whether the webhook's pods run and its Service has endpoints.",
    }
  }
  if (error.status < 300)
    return { code: 'MF5017', summary: `Can't ${asked}: the answer makes no sense`, detail: sentence(error.message) }
  return {
    code: 'MF5017',
    summary: `Can't ${asked}: the server answered with status ${error.status}`,
    detail: sentence(error.message),
  }
}

function firstField(causes: readonly { readonly field: string }[]): { readonly field?: string } {
  const [first] = causes
  return first === undefined ? {} : { field: first.field }
}

function listed(causes: readonly { readonly field: string; readonly message: string }[], message: string): string {
  if (causes.length === 0) return sentence(message)
  return causes
    .map(({ field, message: said }) => sentence(field === '' ? said : `${field.replace(/^\./, '')}: ${said}`))
    .join('\n')
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return trimmed === '' || /[.!?)]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
