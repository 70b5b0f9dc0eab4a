/** One section of an INI file, as the command line tools of the clouds keep their settings: names as they stand, comments left out. */
export function iniSection(text: string, section: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  let isOurs = false
  for (const line of text.split(/\r?\n/)) {
    const named = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1]
    if (named !== undefined) isOurs = named === section
    const [, name, value] = (isOurs ? /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) : null) ?? []
    if (name !== undefined && value !== undefined && value !== '') values.set(name, value)
  }
  return values
}
