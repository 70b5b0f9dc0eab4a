/** What a target may answer instead of doing what it was asked. Documented in docs/diagnostics.md. */
export const TARGET_CODES = {
  MF5001: {
    title: 'Server not reached',
    explanation: 'No connection to the API server came about, or it broke again and again.',
  },
  MF5002: {
    title: 'Server not trusted',
    explanation:
      "The server's certificate is not vouched for by the kubeconfig's authority, has expired, or is for another name.",
  },
  MF5003: {
    title: 'Credentials refused',
    explanation: 'The server does not accept the credentials: they are wrong or have expired.',
  },
  MF5004: {
    title: 'No credentials',
    explanation: 'The credentials that the kubeconfig names can not be had: a plugin failed or a file is missing.',
  },
  MF5005: { title: 'Not allowed', explanation: 'The server knows who asks and does not allow it.' },
  MF5006: {
    title: 'Unknown context',
    explanation: 'The kubeconfig has no context of that name, or none was named and it has no current one.',
  },
  MF5007: {
    title: 'Kubeconfig not usable',
    explanation: 'The kubeconfig can not be read, or its context does not lead to a server.',
  },
  MF5008: {
    title: 'Field owned by another manager',
    explanation: 'Somebody else set a field to another value and owns it. Taking it over has to be asked for.',
  },
  MF5009: { title: 'Object refused', explanation: 'The server finds the object invalid.' },
  MF5010: {
    title: 'Field can not be changed',
    explanation: 'The field can only be set when the object is made. The object has to be replaced.',
  },
  MF5011: {
    title: 'Kind not served',
    explanation: 'The server does not know the kind: its CustomResourceDefinition is not there.',
  },
  MF5012: { title: 'Not found', explanation: 'The object, or the namespace it belongs in, is not there.' },
  MF5013: { title: 'Exists already', explanation: 'An object of that name is there already, or is still being deleted.' },
  MF5014: { title: 'Server is busy', explanation: 'The server kept answering that it has too many requests.' },
  MF5015: { title: 'No answer in time', explanation: 'The server took the request and did not answer in time.' },
  MF5016: { title: 'Stopped', explanation: 'The work was stopped before the server answered.' },
  MF5017: { title: 'Server failed', explanation: 'The server answered with an error of its own.' },
  MF5018: { title: 'Namespace is being deleted', explanation: 'Nothing can be made in a namespace that is being deleted.' },
  MF5019: {
    title: 'Admission webhook not answering',
    explanation: 'The server asks a webhook before it takes the object, and the webhook does not answer.',
  },
  MF5020: {
    title: 'Dry run not allowed',
    explanation:
      'Who plans may read objects and not patch them, and a dry run is a patch that is not kept. The plan is worked out here instead, and marked approximate.',
  },
  MF5021: {
    title: 'Connection is not safe',
    explanation:
      "The kubeconfig asks for a connection on which the server's certificate is not verified: whoever is in between can read and change everything, credentials included.",
  },
  MF5022: {
    title: 'Server warns',
    explanation:
      'The server takes the object and says that something about it is deprecated, has no effect, or is likely a mistake.',
  },
  MF5023: {
    title: 'API group does not answer',
    explanation:
      'Some API groups are served by servers of their own, which an APIService names. One that does not answer hides its kinds: what is there of them is not known, and namespaces can not be deleted as long.',
  },
  MF5024: {
    title: 'Kubeconfig is not used',
    explanation:
      '`--kubeconfig` is given, and nothing names a cluster: the sandbox is used. A cluster is never taken from the current context of a kubeconfig.',
  },
} as const

/** A code of a target. */
export type TargetCode = keyof typeof TARGET_CODES
