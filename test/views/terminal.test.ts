import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { renderDiagnostics } from '../../src/views/terminal/diagnostics.ts'
import { LiveLine } from '../../src/views/terminal/live-line.ts'
import { ProgressView } from '../../src/views/terminal/progress.ts'
import { styleFor } from '../../src/views/terminal/style.ts'
import { beginning, padColumns, shorten, textWidth } from '../../src/views/terminal/text-width.ts'

const plain = (width: number) => styleFor({ isTTY: true, columns: width }, { NO_COLOR: '1' })

describe('columns', () => {
  test.each([
    ['plain', 5],
    ['日本語', 6],
    ['한국어', 6],
    ['ｆｕｌｌ', 8],
    ['e\u0301', 1],
    ['👩‍👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['✓ … ⠋', 5],
    ['\u001b[31mred\u001b[39m', 3],
  ])('%s takes as many as a terminal gives it', (text, columns) => {
    expect(textWidth(text)).toBe(columns)
  })

  test('a text is cut between signs, never within one, and is never wider than asked for', () => {
    expect(shorten('日本語の長い値', 8)).toBe('日本語…')
    expect(shorten('日本語の長い値', 7)).toBe('日本語…')
    expect(shorten('ab👩‍👩‍👧‍👦cd', 5)).toBe('ab👩‍👩‍👧‍👦…')
    expect(shorten('ab👩‍👩‍👧‍👦cd', 4)).toBe('ab…')
    expect(shorten('short', 5)).toBe('short')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(textWidth(shorten(text, width))).toBeLessThanOrEqual(width)
        expect(text.startsWith(beginning(text, width))).toBe(true)
      }),
    )
  })

  test('texts of different signs are filled up to the same column', () => {
    expect([padColumns('名前', 6), padColumns('plain', 6), padColumns('longer than that', 6)]).toEqual([
      '名前  ',
      'plain ',
      'longer than that',
    ])
  })
})

describe('the live line', () => {
  test('is one line whatever it says, of no more columns than there are now', () => {
    let written = ''
    const stream = { isTTY: true, columns: 20 }
    const live = new LiveLine(
      (text) => {
        written += text
      },
      styleFor(stream, {}),
    )
    live.draw('> ', 'one\ntwo \u001b[2Jthree 日本語日本語')
    expect(written).toBe('\r\u001b[2K> one two \ufffd[2Jthr…')
    written = ''
    stream.columns = 8
    live.erase()
    // What was drawn on one line stands on three now.
    expect(written).toBe('\r\u001b[2K\u001b[1A\u001b[2K\u001b[1A\u001b[2K')
    written = ''
    live.erase()
    expect(written).toBe('')
  })

  test('comes back after something else was said or asked', () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    let written = ''
    const progress = new ProgressView(
      {
        live: true,
        write: (text) => {
          written += text
        },
      },
      plain(40),
      () => 0,
    )
    progress.event({ type: 'refresh-start', cluster: 'east', kinds: 3 })
    vi.advanceTimersByTime(100)
    expect(written).toContain('reading 3 kinds from east')
    progress.close()
    written = ''
    vi.advanceTimersByTime(1_000)
    expect(written).toBe('')
    progress.event({ type: 'refresh-start', cluster: 'west', kinds: 4 })
    vi.advanceTimersByTime(100)
    expect(written).toContain('reading 4 kinds from west')
    progress.close()
  })
})

describe('the line of a file under a diagnostic', () => {
  const shown = (line: string, column: number, width: number) =>
    renderDiagnostics(
      [{ severity: 'error', code: 'MF1101', summary: 'wrong', location: { file: 'a.yaml', line: 1, column } }],
      plain(width),
      () => line,
    ).split('\n')

  test('has its mark under the sign that is meant, wide signs and tabs before it or not', () => {
    const [, , text = '', mark = ''] = shown('key: 日本語 wrong', 10, 80)
    expect(textWidth(text.slice(0, text.indexOf('wrong')))).toBe(mark.indexOf('^'))
    const [, , , tabbed] = shown('a\tb\twrong', 5, 80)
    expect(tabbed).toBe('│   │  \t \t^')
  })

  test('is cut around that sign, by columns', () => {
    for (const width of [24, 40, 60]) {
      const [, , text = '', mark = ''] = shown(`${'長い'.repeat(30)}wrong${'値'.repeat(60)}`, 61, width)
      expect(textWidth(text)).toBeLessThanOrEqual(width)
      expect(textWidth(text.slice(0, text.indexOf('w')))).toBe(mark.indexOf('^'))
    }
  })
})

test('a window may be resized at any time, and a terminal that does not know its width has the usual one', () => {
  const stream = { isTTY: true, columns: 100 }
  const style = styleFor(stream, {})
  expect(style.width).toBe(100)
  stream.columns = 40
  expect(style.width).toBe(40)
  stream.columns = 0
  expect(style.width).toBe(80)
  expect(styleFor({}, {}).width).toBe(Number.POSITIVE_INFINITY)
})
