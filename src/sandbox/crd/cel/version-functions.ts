import { type Environment, EvaluationError } from '@marcbachmann/cel-js'

/** A version by the rules of semantic versioning. */
class VersionValue {
  readonly numbers: readonly [bigint, bigint, bigint]
  readonly release: readonly string[]

  private constructor(numbers: readonly [bigint, bigint, bigint], release: readonly string[]) {
    this.numbers = numbers
    this.release = release
  }

  /** Reads a version; `isLax` forgives a leading `v`, missing parts and leading zeros. */
  static parse(text: string, isLax: boolean): VersionValue | undefined {
    const given = isLax ? normalized(text) : text
    const match =
      /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.exec(
        given,
      )
    if (match === null) return undefined
    const [, major = '0', minor = '0', patch = '0', release = ''] = match
    const parts = release === '' ? [] : release.split('.')
    if (parts.some((part) => /^0\d+$/.test(part))) return undefined
    return new VersionValue([BigInt(major), BigInt(minor), BigInt(patch)], parts)
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

function normalized(text: string): string {
  const [core = '', ...rest] = text.replace(/^v/, '').split(/(?=[-+])/)
  const numbers = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''))
  while (numbers.length < 3) numbers.push('0')
  return numbers.join('.') + rest.join('')
}

/** Numbers come before words, and by their value. */
function comparePart(left: string, right: string): bigint {
  if (left === right) return 0n
  const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)]
  if (isLeftNumber && isRightNumber) return BigInt(left) < BigInt(right) ? -1n : 1n
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1n : 1n
  return left < right ? -1n : 1n
}

/** `semver(...)` and what can be asked of one. */
export function registerVersionFunctions(environment: Environment): void {
  const type = 'kubernetes.Semver'
  const parse = (text: string, isLax: boolean): VersionValue => {
    const version = VersionValue.parse(text, isLax)
    if (version === undefined) throw new EvaluationError(`No Major.Minor.Patch elements found`)
    return version
  }
  environment.registerType(type, VersionValue)
  environment.registerFunction(`semver(string): ${type}`, (text: string) => parse(text, false))
  environment.registerFunction(`semver(string, bool): ${type}`, parse)
  environment.registerFunction('isSemver(string): bool', (text: string) => VersionValue.parse(text, false) !== undefined)
  environment.registerFunction(
    'isSemver(string, bool): bool',
    (text: string, isLax: boolean) => VersionValue.parse(text, isLax) !== undefined,
  )
  const compare = (name: string, result: string, of: (order: bigint) => bigint | boolean): void => {
    environment.registerFunction(`${type}.${name}(${type}): ${result}`, (left: VersionValue, right: VersionValue) =>
      of(left.compare(right)),
    )
  }
  compare('isGreaterThan', 'bool', (order) => order > 0n)
  compare('isLessThan', 'bool', (order) => order < 0n)
  compare('compareTo', 'int', (order) => order)
  for (const [index, name] of ['major', 'minor', 'patch'].entries()) {
    environment.registerFunction(`${type}.${name}(): int`, (version: VersionValue) => version.numbers[index] ?? 0n)
  }
  environment.registerOperator(`${type} == ${type}`, (left: VersionValue, right: VersionValue) => left.compare(right) === 0n)
}
