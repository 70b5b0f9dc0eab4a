/** What can be wrong with a filter's module, its tests or its place in a registry. Documented in docs/diagnostics.md. */
export const FILTER_CODES = {
  MF9001: {
    title: 'Not a WebAssembly module',
    explanation: 'The bytes are not a WebAssembly module: another kind of file, an empty one, or a version that nobody runs.',
  },
  MF9002: { title: 'Filter too large', explanation: 'The module is larger than any mesh fetches.' },
  MF9003: {
    title: 'Damaged module',
    explanation: 'The module begins as one and then breaks the format, or does not validate. Usually it was cut short.',
  },
  MF9004: {
    title: 'Not a filter that Envoy runs',
    explanation: 'The module speaks no version of the Proxy-Wasm ABI that proxies know.',
  },
  MF9005: { title: 'Unknown imports', explanation: 'The module imports functions that no proxy gives, so proxies refuse it.' },
  MF9006: {
    title: 'Wrong type of an import or export',
    explanation: 'A function of the ABI has parameters or results that proxies do not link.',
  },
  MF9007: { title: 'No memory', explanation: 'The module exports no memory, so a proxy cannot talk to it.' },
  MF9008: {
    title: 'No allocator',
    explanation: 'The module exports neither malloc nor proxy_on_memory_allocate: the proxy can hand it nothing.',
  },
  MF9009: {
    title: 'Memory that proxies do not give',
    explanation: 'The module starts with more memory than proxies give, or shares it between threads.',
  },
  MF9010: { title: 'Large module', explanation: 'Every proxy has to fetch and compile the module; this one is large.' },
  MF9011: { title: 'Needs a recent proxy', explanation: 'The module imports functions that only recent proxies link.' },
  MF9012: { title: 'Module not read', explanation: 'The file or address of a module could not be read.' },
  MF9013: {
    title: 'Filter does not run',
    explanation:
      'The filter could not be started, refused its configuration, crashed, or did not return in time; or its proxy could not listen.',
  },
  MF9014: {
    title: 'Filter test not possible',
    explanation: 'A test is of a filter that the bench does not run, or whose module is not known.',
  },
  MF9015: { title: 'Not an address of a module', explanation: 'The source of a filter is no path and no address that is known.' },
  MF9016: {
    title: 'Another artifact than expected',
    explanation: 'The address stands for other bytes than the design says, or than were locked. Nothing of it is used.',
  },
  MF9017: {
    title: 'Metadata not read',
    explanation: 'What a filter says of itself, or a lock file, has not the right form.',
  },
  MF9018: {
    title: 'Configuration does not fit',
    explanation: "The configuration does not fit the JSON Schema that the filter's metadata brings.",
  },
  MF9019: {
    title: 'Filter is not pinned',
    explanation: 'The address can stand for other bytes tomorrow, and no lock file says which are meant.',
  },
  MF9020: { title: 'Signature does not hold', explanation: 'The filter has to be signed by a key, and is not, or by another.' },
  MF9021: { title: 'No such filter', explanation: 'No filter of that name was added on this machine.' },
} as const

export type FilterCode = keyof typeof FILTER_CODES
