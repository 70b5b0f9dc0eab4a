/** What can be wrong with patterns that come from elsewhere. Documented in docs/diagnostics.md. */
export const CATALOG_CODES = {
  MF1611: {
    title: 'Not the address of a pattern',
    explanation: 'The source of a pattern is a path, or an oci://, https:// or git address in a form that is known.',
  },
  MF1612: {
    title: 'Pattern not fetched',
    explanation: 'Where the pattern should come from did not give it, or gave something that is no pattern.',
  },
  MF1613: {
    title: 'Another pattern than was locked',
    explanation: 'The address stands for other content than the lock file says. Nothing of it is used.',
  },
  MF1614: {
    title: 'Pattern is not pinned',
    explanation: 'The address can stand for another design tomorrow, and no lock file says which is meant.',
  },
} as const

/** A code of the catalog. */
export type CatalogCode = keyof typeof CATALOG_CODES
