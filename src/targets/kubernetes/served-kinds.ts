import type { ServedKind, ServedKinds, SilentGroup } from '../contract.ts'

/** Indexes served kinds by `group/kind`, in the order given: the preferred version of a group first. */
export function servedKinds(all: readonly ServedKind[], silent: readonly SilentGroup[]): ServedKinds {
  const byKind = new Map<string, ServedKind[]>()
  for (const served of all) {
    const key = `${served.group}/${served.kind}`
    const versions = byKind.get(key)
    if (versions === undefined) byKind.set(key, [served])
    else versions.push(served)
  }
  return {
    all,
    silent,
    find: (group, kind, version) => {
      const versions = byKind.get(`${group}/${kind}`)
      return version === undefined ? versions?.[0] : versions?.find((served) => served.version === version)
    },
  }
}
