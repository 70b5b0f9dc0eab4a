import type { CelFunctions } from './overloads.ts'
import { CelFailure, type CelValue, LibraryValue } from './values.ts'

/** A version by the rules of semantic versioning. */
class VersionValue extends LibraryValue {
  readonly typeName = 'kubernetes.Semver'
  readonly numbers: readonly [bigint, bigint, bigint]
  readonly release: readonly string[]

  private constructor(numbers: readonly [bigint, bigint, bigint], release: readonly string[]) {
    super()
    this.numbers = numbers
    this.release = release
  }

  /** Reads a version, or tells why it is none; `isLax` forgives a leading `v`, missing parts and leading zeros. */
  static read(text: string, isLax: boolean): VersionValue | string {
    const given = isLax ? normalized(text) : text
    if (given === undefined) return 'short version cannot contain PreRelease/Build meta data'
    if (given === '') return 'Version string empty'
    const [major, minor, ...more] = given.split('.')
    if (major === undefined || minor === undefined || more.length === 0) return 'No Major.Minor.Patch elements found'
    const rest = more.join('.')
    const [, patch = '', release, build] = /^([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(rest) ?? []
    const parts = release === undefined ? [] : release.split('.')
    const problem =
      numberProblem('Major', major) ??
      numberProblem('Minor', minor) ??
      numberProblem('Patch', patch) ??
      firstProblem(parts, releaseProblem) ??
      (build === undefined ? undefined : firstProblem(build.split('.'), buildProblem))
    if (problem !== undefined) return problem
    return new VersionValue([BigInt(major), BigInt(minor), BigInt(patch)], parts)
  }

  equals(other: LibraryValue): boolean {
    return other instanceof VersionValue && this.compare(other) === 0n
  }

  compare(other: VersionValue): bigint {
    for (const [index, number] of this.numbers.entries()) {
      const against = other.numbers[index] ?? 0n
      if (number !== against) return number < against ? -1n : 1n
    }
    if (this.release.length === 0 || other.release.length === 0) {
      return BigInt(Math.sign(other.release.length - this.release.length))
    }
    for (const [index, part] of this.release.entries()) {
      const against = other.release[index]
      if (against === undefined) return 1n
      const order = comparePart(part, against)
      if (order !== 0n) return order
    }
    return this.release.length < other.release.length ? -1n : 0n
  }
}

function numberProblem(name: string, text: string): string | undefined {
  if (!/^\d*$/.test(text)) return `Invalid character(s) found in ${name.toLowerCase()} number ${JSON.stringify(text)}`
  if (/^0\d/.test(text)) return `${name} number must not contain leading zeroes ${JSON.stringify(text)}`
  return text === '' ? 'strconv.ParseUint: parsing "": invalid syntax' : undefined
}

function releaseProblem(part: string): string | undefined {
  if (part === '') return 'Prerelease is empty'
  if (/^0\d+$/.test(part)) return `Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(part)}`
  return /^[0-9A-Za-z-]+$/.test(part) ? undefined : `Invalid character(s) found in prerelease ${JSON.stringify(part)}`
}

function buildProblem(part: string): string | undefined {
  if (part === '') return 'Build meta data is empty'
  return /^[0-9A-Za-z-]+$/.test(part) ? undefined : `Invalid character(s) found in build meta data ${JSON.stringify(part)}`
}

function firstProblem(parts: readonly string[], problemOf: (part: string) => string | undefined): string | undefined {
  return parts.map(problemOf).find((problem) => problem !== undefined)
}

/** The version in full; undefined for a short one that has more behind it. */
function normalized(text: string): string | undefined {
  const [major = '', minor, ...more] = text.replace(/^v/, '').split('.')
  const parts = [major, ...(minor === undefined ? [] : [minor]), ...(more.length === 0 ? [] : [more.join('.')])]
  const plain = parts.map((part) => part.replace(/^0+(?=\d)/, ''))
  if (plain.length < 3 && /[+-]/.test(plain.at(-1) ?? '')) return undefined
  while (plain.length < 3) plain.push('0')
  return plain.join('.')
}

/** Numbers come before words, and by their value. */
function comparePart(left: string, right: string): bigint {
  if (left === right) return 0n
  const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)]
  if (isLeftNumber && isRightNumber) return BigInt(left) < BigInt(right) ? -1n : 1n
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1n : 1n
  return left < right ? -1n : 1n
}

function parsed(text: string, isLax: boolean): VersionValue {
  const version = VersionValue.read(text, isLax)
  if (typeof version === 'string') throw new CelFailure(version)
  return version
}

function ofTwo(call: (left: VersionValue, right: VersionValue) => CelValue): CelFunctions[string] {
  return (left, right) => (left instanceof VersionValue && right instanceof VersionValue ? call(left, right) : undefined)
}

function part(index: 0 | 1 | 2): CelFunctions[string] {
  return (version) => (version instanceof VersionValue ? version.numbers[index] : undefined)
}

/** `semver(...)` and what can be asked of one. */
export const versionFunctions: CelFunctions = {
  semver: (text, isLax = false) => (typeof text === 'string' && typeof isLax === 'boolean' ? parsed(text, isLax) : undefined),
  isSemver: (text, isLax = false) =>
    typeof text === 'string' && typeof isLax === 'boolean' ? typeof VersionValue.read(text, isLax) !== 'string' : undefined,
  isGreaterThan: ofTwo((left, right) => left.compare(right) > 0n),
  isLessThan: ofTwo((left, right) => left.compare(right) < 0n),
  compareTo: ofTwo((left, right) => left.compare(right)),
  major: part(0),
  minor: part(1),
  patch: part(2),
}
