import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { nextTime, parseSchedule } from '../../src/sandbox/builtin/cron-schedule.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { request, settled } from './sandbox-requests.ts'

function next(schedule: string, after: string, zone?: string): string | undefined {
  const parsed = parseSchedule(schedule)
  return parsed.ok ? nextTime(parsed.schedule, new Date(after), zone)?.toISOString() : parsed.problem
}

describe('schedules', () => {
  test.each([
    ['*/15 * * * *', '2026-03-01T12:01:30Z', '2026-03-01T12:15:00.000Z'],
    ['0 3 * * *', '2026-03-01T12:00:00Z', '2026-03-02T03:00:00.000Z'],
    ['30 8-10/2 * * mon-fri', '2026-03-01T12:00:00Z', '2026-03-02T08:30:00.000Z'],
    ['0 0 13 * fri', '2026-03-01T12:00:00Z', '2026-03-06T00:00:00.000Z'],
    ['@monthly', '2026-12-05T00:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['0 0 29 feb *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['@every 1h30m', '2026-03-01T12:00:00Z', '2026-03-01T13:30:00.000Z'],
    ['0 0 30 2 *', '2026-03-01T00:00:00Z', undefined],
  ])('%s is due after %s at %s', (schedule, after, expected) => {
    expect(next(schedule, after)).toBe(expected)
  })

  test('a time zone moves the hours', () => {
    expect(next('0 9 * * *', '2026-03-01T12:00:00Z', 'America/New_York')).toBe('2026-03-01T14:00:00.000Z')
  })

  test.each([
    ['* * *', 'expected exactly 5 fields, found 3: [* * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['@nope', 'unrecognized descriptor: @nope'],
  ])('%s is refused', (schedule, problem) => {
    expect(next(schedule, '2026-03-01T12:00:00Z')).toBe(problem)
  })
})

const cronJobs = '/apis/batch/v1/namespaces/default/cronjobs'
const jobsPath = '/apis/batch/v1/namespaces/default/jobs'

function cronJob(more: JsonObject = {}, labels: JsonObject = {}): JsonObject {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'report', image: 'report:1' }] } }
  const spec = { schedule: '*/5 * * * *', jobTemplate: { metadata: { labels: { app: 'report' } }, spec: { template } }, ...more }
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'report', labels }, spec }
}

test('a CronJob makes the job that is due, once, and keeps only so many', async () => {
  let now = new Date('2026-03-01T12:00:30Z')
  const sandbox = await Sandbox.open({ directory: undefined, clock: () => now })
  const names = async (): Promise<readonly string[]> => {
    const { body } = await request(sandbox, 'GET', jobsPath)
    return (body.items as readonly JsonObject[]).map((job) => String((job.metadata as JsonObject).name))
  }
  await request(sandbox, 'POST', cronJobs, cronJob({ successfulJobsHistoryLimit: 1 }))
  await settled()
  expect(await names()).toEqual([])
  now = new Date('2026-03-01T12:16:00Z')
  // Three were missed; the latest makes up for them.
  await request(sandbox, 'PUT', `${cronJobs}/report`, cronJob({ successfulJobsHistoryLimit: 1 }, { looked: 'once' }))
  const minute = Date.parse('2026-03-01T12:15:00Z') / 60_000
  await expect.poll(names, { timeout: 20_000 }).toEqual([`report-${minute}`])
  now = new Date('2026-03-01T12:20:10Z')
  await request(sandbox, 'PUT', `${cronJobs}/report`, cronJob({ successfulJobsHistoryLimit: 1 }, { looked: 'twice' }))
  await expect.poll(names, { timeout: 20_000 }).toEqual([`report-${minute + 5}`])
  const { body } = await request(sandbox, 'GET', `${cronJobs}/report`)
  expect(body.status).toEqual({ lastScheduleTime: '2026-03-01T12:20:00Z', lastSuccessfulTime: '2026-03-01T12:20:10Z' })
  now = new Date('2026-03-01T12:31:00Z')
  await request(sandbox, 'PUT', `${cronJobs}/report`, cronJob({ suspend: true, successfulJobsHistoryLimit: 1 }))
  await settled()
  expect(await names()).toEqual([`report-${minute + 5}`])
  await sandbox.close()
})
