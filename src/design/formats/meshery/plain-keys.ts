/** Keys that lose more than spaces when they are shown to people. */
const WHOLE_KEYS: { readonly [key: string]: string } = { 'CA Bundle': 'caBundle', mTLS: 'mtls' }

/**
 * A key as servers know it: the drawing board saves keys as it shows them, with spaces between the words ("match Labels").
 * No key of an object of Kubernetes holds a space.
 */
export function plainKey(key: string): string {
  return WHOLE_KEYS[key] ?? key.replaceAll(' ', '')
}
