import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { globSync } from 'tinyglobby'
import { expect, test } from 'vitest'

// Guides are parts of the pages of meshes.
const pages = [...globSync('*.md'), ...globSync('docs/**/*.md', { ignore: 'docs/mesh-guides/**' })].sort()

test('every link in the documentation leads somewhere', () => {
  const broken = pages.flatMap((page) => {
    const text = readFileSync(page, 'utf8')
    return [...text.matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].flatMap((match) => {
      const target = match[1] ?? ''
      if (/^[a-z]+:/.test(target)) return []
      return existsSync(join(dirname(page), target)) ? [] : [`${page}: ${target}`]
    })
  })
  expect(broken).toEqual([])
})

test('every page is reachable from the README', () => {
  const reached = new Set<string>(['README.md'])
  const queue = ['README.md']
  for (const page of queue) {
    for (const match of readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+\.md)(#[^)]*)?\)/g)) {
      const target = join(dirname(page), match[1] ?? '')
      if (reached.has(target) || !existsSync(target)) continue
      reached.add(target)
      queue.push(target)
    }
  }
  expect(pages.filter((page) => !reached.has(page))).toEqual([])
})
