import { sentence } from './words.ts'

type Marks = { readonly [key: string]: string }

/** What is retried, in the words of `retry.linkerd.io/http`. */
const RETRIED: { readonly [word: string]: string } = { '5xx': 'with 5xx', 'gateway-error': 'with 502, 503 or 504' }

/** Annotations by which meshes carry timeouts, retries and limits of a route or a Service, in words; others are left out. */
const WORDS: readonly ((marks: Marks) => string | undefined)[] = [
  (marks) => told(marks, 'timeout.linkerd.io/request', (limit) => `a request is given up after ${limit}, retries included`),
  (marks) => told(marks, 'timeout.linkerd.io/response', (limit) => `an answer must be complete after ${limit}`),
  (marks) => told(marks, 'timeout.linkerd.io/idle', (limit) => `a request on which nothing moves is given up after ${limit}`),
  (marks) =>
    told(marks, 'retry.linkerd.io/http', (statuses) => {
      const which = statuses.split(',').map((status) => RETRIED[status] ?? `with ${status}`)
      return `requests that fail ${which.join(' or ')} are tried again up to ${times(marks['retry.linkerd.io/limit'] ?? '1')}`
    }),
  (marks) => told(marks, 'retry.linkerd.io/timeout', (limit) => `each try has ${limit}`),
  (marks) =>
    told(marks, 'balancer.linkerd.io/failure-accrual', () => {
      const failures = marks['balancer.linkerd.io/failure-accrual-consecutive-max-failures'] ?? '7'
      const penalty = marks['balancer.linkerd.io/failure-accrual-consecutive-min-penalty'] ?? '1s'
      return `an endpoint that fails ${times(failures)} in a row is left out for ${penalty} at least`
    }),
  (marks) =>
    told(marks, 'mesh.traefik.io/retry-attempts', (attempts) => `requests that cannot connect are tried ${times(attempts)}`),
  (marks) =>
    told(marks, 'mesh.traefik.io/circuit-breaker-expression', (when) => `requests are refused for a while where ${when}`),
  (marks) =>
    told(marks, 'mesh.traefik.io/ratelimit-average', (average) => {
      const burst = marks['mesh.traefik.io/ratelimit-burst']
      return `${average} requests a second are let through${burst === undefined ? '' : `, and ${burst} at once`}`
    }),
  (marks) =>
    told(marks, 'service.cilium.io/global', () => {
      const own = marks['service.cilium.io/affinity'] === 'local'
      return `endpoints of this Service in all clusters are one${own ? ', and those of the own cluster are preferred' : ''}`
    }),
]

function told(marks: Marks, key: string, words: (value: string) => string): string | undefined {
  const value = marks[key]
  return value === undefined ? undefined : words(value)
}

function times(count: string): string {
  return count === '1' ? 'once' : `${count} times`
}

/** What the annotations of an object make a mesh do, one sentence each. */
export function annotationWords(annotations: Marks): readonly string[] {
  return WORDS.flatMap((words) => {
    const text = words(annotations)
    return text === undefined ? [] : [`- ${sentence(text)}`]
  })
}
