/** Mistakes in a design, its inputs and the files it names. Documented in docs/diagnostics.md. */
export const DESIGN_CODES = {
  MF1001: {
    title: 'Invalid YAML',
    explanation: 'The text is not YAML 1.2: indentation, quotes, tabs or brackets are wrong at the place shown.',
  },
  MF1002: { title: 'Duplicate key', explanation: 'A map says the same key twice, and only one of the two could hold.' },
  MF1003: {
    title: 'File cannot be read',
    explanation: 'The path does not exist, is not readable, or is neither a file nor a folder.',
  },
  MF1004: { title: 'File is too large', explanation: 'Files above 10 MiB are not read.' },
  MF1005: {
    title: 'Too many aliases',
    explanation: 'The aliases of the file unfold to more values than any honest file has, or an anchor holds itself.',
  },
  MF1006: {
    title: 'Key is not allowed',
    explanation: 'Keys are scalars, and never __proto__, constructor or prototype, which mean something to the machine.',
  },
  MF1007: {
    title: 'Value that JSON cannot say',
    explanation: 'Designs are JSON underneath: no infinity, no NaN, and no whole number too large to be exact.',
  },
  MF1008: {
    title: 'No design found',
    explanation:
      'None of the files given is a design (`apiVersion: meshform.dev/v1`, `kind: Design`) or a manifest of Kubernetes.',
  },
  MF1009: {
    title: 'Not a design',
    explanation:
      'The file was named on purpose, but is no design of a version known here; or an object or another file stands beside a design.',
  },
  MF1010: { title: 'Declared twice', explanation: 'Two files of one design declare the same thing. Both places are named.' },
  MF1011: { title: 'No such manifests', explanation: 'A path or glob of `manifests` matches no file.' },
  MF1012: { title: 'Not a manifest', explanation: 'Each object of Kubernetes is a map with apiVersion, kind and metadata.name.' },
  MF1013: {
    title: 'Path is not allowed',
    explanation:
      'Paths are relative to the file that names them; a link must not lead out of the folder it lies in, and a pattern from elsewhere not out of itself.',
  },
  MF1014: {
    title: 'Not understood in another language',
    explanation:
      'A design of Meshery, an OAM application or a file for Kustomize says something that has no meaning here, or must not be taken over. Nothing is guessed.',
  },
  MF1015: {
    title: 'Left out of another language',
    explanation:
      'A part of a design of Meshery or an OAM application that becomes no object: drawings, notifications, what other words of the language say, and what needs nothing here.',
  },
  MF1016: {
    title: 'Manifest that no component names',
    explanation: 'A file of Kubernetes objects lies beside the design, and nothing names it, so its objects are not planned.',
  },

  MF1101: {
    title: 'Unknown key',
    explanation: 'The language has no such key here. Nothing is ignored silently; the nearest known key is offered.',
  },
  MF1102: { title: 'Key is missing', explanation: 'The key must be given here.' },
  MF1103: { title: 'Wrong type', explanation: 'The value is of another type than the language wants here.' },
  MF1104: {
    title: 'Out of range',
    explanation: 'The number, or the count of items, is below the smallest or above the largest allowed.',
  },
  MF1105: { title: 'Unknown word', explanation: 'The value is none of the words allowed here; the nearest is offered.' },
  MF1106: {
    title: 'Wrong form',
    explanation: 'The text does not have the form wanted here, such as a length of time or a name.',
  },
  MF1107: {
    title: 'Fits no alternative',
    explanation: 'The value may be written in several ways, and is written in none of them.',
  },

  MF1201: {
    title: 'Expression is not valid',
    explanation: 'The text between ${ and } is not CEL. Write $${ where the characters themselves are meant.',
  },
  MF1202: { title: 'Unknown name', explanation: 'The expression uses a name or function that is not in scope.' },
  MF1203: {
    title: 'Unknown reference',
    explanation: 'The expression refers to an input, local or component that the design does not have.',
  },
  MF1204: { title: 'Unknown attribute', explanation: 'The component is there, but has no such attribute.' },
  MF1205: { title: 'Expression failed', explanation: 'The expression is valid, but cannot be computed with the values at hand.' },
  MF1206: {
    title: 'Value does not fit into text',
    explanation: 'Only strings, numbers and booleans can stand inside other text.',
  },
  MF1208: {
    title: 'each outside forEach',
    explanation: '`each.key` and `each.value` exist only in a component that has forEach.',
  },
  MF1209: {
    title: 'Component is left out',
    explanation: 'The reference leads to a component whose `when` is false, or to a forEach item that is not there.',
  },

  MF1301: { title: 'No such component', explanation: 'The name stands for no component of the design.' },
  MF1302: {
    title: 'Wrong kind of component',
    explanation: 'The address leads to a component of another section than is wanted here.',
  },
  MF1303: {
    title: 'Cycle',
    explanation:
      'Components, locals or outputs need each other in a circle, so none of them could come first. All of them are listed, with the lines that make the circle.',
  },
  MF1304: { title: 'Unknown cluster', explanation: 'The name is none of `clusters`.' },
  MF1305: {
    title: 'Cluster is not clear',
    explanation: 'The design has several clusters, and neither the component nor its mesh says which one is meant.',
  },
  MF1306: { title: 'Unknown version', explanation: 'The workload declares no version of this name.' },

  MF1401: {
    title: 'Weights do not add up',
    explanation: 'The weights of a route are shares in per cent, and together they are 100.',
  },
  MF1402: {
    title: 'Route is not clear',
    explanation: 'A route sends requests on (`to`) or answers with a redirect (`redirect`): one of the two.',
  },
  MF1403: {
    title: 'Workload is not clear',
    explanation: 'A workload is made of existing manifests or of an image: one of the two.',
  },
  MF1404: {
    title: 'Resource is not clear',
    explanation: 'A resource has its object written out (`manifest`) or in files (`manifests`): one of the two.',
  },
  MF1405: { title: 'Not usable for forEach', explanation: 'forEach takes a list or a map, and its keys must differ.' },
  MF1406: { title: 'Filter is not clear', explanation: 'A filter has a source or code, and something it is attached to.' },

  MF1501: { title: 'Input is missing', explanation: 'The input has no default, so a value must be given.' },
  MF1502: { title: 'Unknown input', explanation: 'A value was given for an input that the design does not declare.' },
  MF1503: { title: 'Input is not valid', explanation: 'The value given for an input does not fit its declaration.' },
  MF1504: {
    title: 'Input is declared wrongly',
    explanation: 'The declaration of the input is no JSON Schema, or its default does not fit it.',
  },

  MF1601: { title: 'Pattern cannot be loaded', explanation: 'The source of the pattern is no folder or file of a design.' },
  MF1602: { title: 'Pattern uses itself', explanation: 'Patterns that use each other in a circle would never end.' },
  MF1603: {
    title: 'Source is not written out',
    explanation: 'The source of a pattern is read before anything is evaluated, so it cannot be an expression.',
  },
  MF1604: {
    title: 'Block of a pattern that does nothing',
    explanation:
      '`clusters`, `state`, `ownership` and `imports` hold for the design that is planned; those of a pattern that it uses do not.',
  },
} as const

/** A code of the design language. */
export type DesignCode = keyof typeof DESIGN_CODES
