import { type ImageReference, parseArtifactReference } from '../registry/artifact-reference.ts'

/** Where a pattern comes from. `folder` is where its design stands within what is fetched; empty for the top. */
export type PatternAddress =
  | { readonly kind: 'oci'; readonly image: ImageReference; readonly folder: string }
  | { readonly kind: 'http'; readonly url: string; readonly folder: string }
  | {
      readonly kind: 'git'
      readonly repository: string
      /** Branch, tag or commit; undefined for the repository's default branch. */
      readonly reference: string | undefined
      readonly folder: string
    }

/** What a source is: an address, a path (undefined), or neither. */
export type ParsedAddress = PatternAddress | { readonly problem: string } | undefined

const FORMS = 'There are oci://registry/repository:tag, https://host/archive.tar.gz and git::https://host/repository.git?ref=v1'
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9._/+@-]{0,254}$/
const SCP = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^:/][^:]*$/

/** False for what is surely a path: everything else is looked at closely. */
export function looksLikeAddress(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:|^[^/]+@/i.test(source)
}

/**
 * Reads `oci://host/repository:tag//folder`, `https://host/archive.tar.gz//folder`, `git::URL//folder?ref=...`, and without `git::`
 * an URL whose path ends in .git. Everything without a scheme is a path.
 */
export function parsePatternAddress(source: string): ParsedAddress {
  if (source.startsWith('git::')) return gitAddress(source.slice('git::'.length))
  if (SCP.test(source.split('//')[0] ?? '')) return gitAddress(source)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(source)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      return undefined
    case 'oci': {
      const { address, folder } = splitFolder(source)
      const image = parseArtifactReference(address)
      if (typeof image === 'string') return { problem: capital(image) }
      if (image.kind !== 'oci') throw new Error(`oci:// was read as ${image.kind}`)
      return safeFolder({ kind: 'oci', image, folder })
    }
    case 'http':
    case 'https': {
      if (/\.git(\/\/|\?|$)/.test(source)) return gitAddress(source)
      const { address, folder } = splitFolder(source)
      const url = parseArtifactReference(address)
      if (typeof url === 'string') return { problem: capital(url) }
      if (url.kind !== 'http') throw new Error(`${scheme}:// was read as ${url.kind}`)
      return safeFolder({ kind: 'http', url: url.url, folder })
    }
    case 'ssh':
    case 'git':
      return gitAddress(source)
    default:
      return { problem: `${scheme}:// is not known. ${FORMS}` }
  }
}

function gitAddress(text: string): ParsedAddress {
  const [before = '', query, ...more] = text.split('?')
  const { address: repository, folder } = splitFolder(before)
  if (more.length > 0) return { problem: 'There is more than one question mark in it' }
  let reference: string | undefined
  if (query !== undefined) {
    const parameters = new URLSearchParams(query)
    const unknown = [...parameters.keys()].find((name) => name !== 'ref')
    if (unknown !== undefined) return { problem: `?${unknown}= is not known; ?ref= names a branch, tag or commit` }
    reference = parameters.get('ref') ?? undefined
    if (reference === undefined || !REFERENCE.test(reference) || reference.includes('..'))
      return { problem: `"${reference ?? ''}" is not a branch, tag or commit` }
  }
  const wrong = wrongRepository(repository)
  return wrong === undefined ? safeFolder({ kind: 'git', repository, reference, folder }) : { problem: wrong }
}

/** Only transports that carry objects: git knows others that run commands. */
function wrongRepository(repository: string): string | undefined {
  if (SCP.test(repository)) return undefined
  if (!URL.canParse(repository)) return `"${repository}" is not the address of a repository`
  const url = new URL(repository)
  if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:'))
    return 'Credentials do not belong in an address; git asks its credential helpers'
  switch (url.protocol) {
    case 'https:':
    case 'ssh:':
    case 'file:':
      return undefined
    case 'http:':
    case 'git:':
      return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
        ? undefined
        : `Over plain ${url.protocol}// anybody on the way could change the pattern; use https or ssh`
    default:
      return `git is not asked over ${url.protocol}//`
  }
}

/** The folder behind a double slash that is not the scheme's. */
function splitFolder(text: string): { readonly address: string; readonly folder: string } {
  const scheme = text.indexOf('://')
  const at = text.indexOf('//', scheme < 0 ? 0 : scheme + 3)
  if (at < 0) return { address: text, folder: '' }
  return { address: text.slice(0, at), folder: text.slice(at + 2).replace(/\/+$/, '') }
}

function safeFolder(address: PatternAddress): ParsedAddress {
  const { folder } = address
  if (folder === '') return address
  const parts = folder.split('/')
  const sound = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))
  return sound ? address : { problem: `"${folder}" is not a folder within the pattern` }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
