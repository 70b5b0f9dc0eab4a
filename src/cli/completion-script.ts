/** Shells that have a completion script. */
export type Shell = 'bash' | 'zsh' | 'fish'

/** A command as completion knows it. */
export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  readonly options: readonly { readonly flag: string; readonly summary: string }[]
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[]
}

/** The script for a shell. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      return zsh(commands)
    case 'fish':
      return fish(commands)
  }
}

function words({ options, subcommands }: CompletedCommand): string {
  return [...subcommands.map(({ name }) => name), ...options.map(({ flag }) => flag), '--help'].join(' ')
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map((command) => `    ${command.name}) words="${words(command)}" ;;`)
  return `# bash completion for meshform
_meshform() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words="" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "$previous" in
    -f|--file|--input-file|-o|--out|--kubeconfig|--json-into) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _meshform meshform
`
}

function quoted(text: string): string {
  return text.replaceAll("'", '’').replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', '\\:')
}

function zsh(commands: readonly CompletedCommand[]): string {
  const list = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`)
  const cases = commands.map((command) => {
    const inner = command.subcommands.map(({ name, summary }) => `'${name}:${quoted(summary)}'`).join(' ')
    const options = command.options.map(({ flag, summary }) => `'${flag}[${quoted(summary)}]'`).join(' ')
    const subcommands = inner === '' ? '' : `subcommands=(${inner}); _describe 'subcommand' subcommands; `
    return `    ${command.name}) ${subcommands}_arguments ${options} '*:file:_files' ;;`
  })
  return `#compdef meshform
_meshform() {
  local -a commands subcommands
  commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _meshform meshform
`
}

function fish(commands: readonly CompletedCommand[]): string {
  const text = (value: string) => value.replaceAll("'", '’')
  const lines = commands.flatMap(({ name, summary, options, subcommands }) => [
    `complete -c meshform -n __fish_use_subcommand -a ${name} -d '${text(summary)}'`,
    ...subcommands.map(
      (inner) => `complete -c meshform -n '__fish_seen_subcommand_from ${name}' -a ${inner.name} -d '${text(inner.summary)}'`,
    ),
    ...options.map(
      (option) =>
        `complete -c meshform -n '__fish_seen_subcommand_from ${name}' -l ${option.flag.slice(2)} -d '${text(option.summary)}'`,
    ),
  ])
  return `# fish completion for meshform\n${lines.join('\n')}\n`
}
