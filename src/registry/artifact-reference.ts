/** Where an artifact comes from, as users and designs write it. */
export type ArtifactReference =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'http'; readonly url: string }
  | ImageReference

/** An artifact in an OCI registry. */
export interface ImageReference {
  readonly kind: 'oci'
  /** Host and port of the registry that is asked. */
  readonly host: string
  readonly repository: string
  readonly tag: string | undefined
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string | undefined
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/

/** Reads `oci://host/repository:tag@digest`, `http(s)://...`, `file://...` or a path; a string says what is wrong. */
export function parseArtifactReference(text: string): ArtifactReference | string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      return { kind: 'file', path: text }
    case 'file':
      return { kind: 'file', path: decodeURIComponent(text.slice('file://'.length)) }
    case 'http':
    case 'https': {
      const url = URL.canParse(text) ? new URL(text) : undefined
      if (url === undefined) return 'it is not a valid address'
      if (url.username !== '' || url.password !== '') return 'credentials do not belong in an address'
      return { kind: 'http', url: url.href }
    }
    case 'oci':
      return parseImage(text.slice('oci://'.length))
    default:
      return `${scheme}:// is not known; there are oci://, https://, http:// and file://`
  }
}

function parseImage(text: string): ImageReference | string {
  const slash = text.indexOf('/')
  if (slash <= 0) return 'an OCI address names a registry and a repository: oci://registry.example/filters/auth:1.0.0'
  const host = text.slice(0, slash)
  let rest = text.slice(slash + 1)
  let digest: string | undefined
  const at = rest.indexOf('@')
  if (at >= 0) {
    digest = rest.slice(at + 1)
    rest = rest.slice(0, at)
    if (!DIGEST.test(digest)) return `"${digest}" is not a digest: it is sha256: and 64 hexadecimal digits`
  }
  const colon = rest.lastIndexOf(':')
  const tag = colon >= 0 ? rest.slice(colon + 1) : digest === undefined ? 'latest' : undefined
  const repository = colon >= 0 ? rest.slice(0, colon) : rest
  if (!HOST.test(host)) return `"${host}" is not the name of a registry`
  if (!REPOSITORY.test(repository))
    return `"${repository}" is not the name of a repository: lower case letters, digits, and . _ - / between them`
  if (tag !== undefined && !TAG.test(tag)) return `"${tag}" is not a tag`
  // What everybody writes for Docker's own registry is not the host that answers.
  return { kind: 'oci', host: host === 'docker.io' ? 'registry-1.docker.io' : host, repository, tag, digest }
}

/** The reference as it is written. */
export function formatImage(image: ImageReference): string {
  const tag = image.tag === undefined ? '' : `:${image.tag}`
  const digest = image.digest === undefined ? '' : `@${image.digest}`
  return `oci://${image.host}/${image.repository}${tag}${digest}`
}
