/** The forms that results are written in. */
export const REPORT_FORMATS = [
  'terminal',
  'html',
  'markdown',
  'json',
  'junit',
  'smp',
  'fortio',
  'hgrm',
  'hlog',
  'prometheus',
  'openmetrics',
] as const
/** One of {@link REPORT_FORMATS}. */
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** The format that a file's name asks for, if it says so. */
export function formatOfFile(name: string): ReportFormat | undefined {
  const extension = /\.([a-z]+)$/.exec(name.toLowerCase())?.[1]
  switch (extension) {
    case 'html':
    case 'htm':
      return 'html'
    case 'md':
      return 'markdown'
    case 'json':
      return 'json'
    case 'xml':
      return 'junit'
    case 'hgrm':
      return 'hgrm'
    case 'hlog':
      return 'hlog'
    case 'prom':
      return 'prometheus'
    default:
      return undefined
  }
}
