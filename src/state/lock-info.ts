/** Who holds or asks for a lock, as others see it. Terraform's lock info, and enough to tell whether its process still lives. */
export interface LockInfo {
  /** UUID, new for each acquisition: what `force-unlock` asks for, and what fences writes. */
  readonly id: string
  /** What is being done, such as `apply`. */
  readonly operation: string
  /** `user@host`. */
  readonly who: string
  readonly pid: number
  /** The running system and its process namespace: pids are compared only where this is equal. '' when unknown. */
  readonly machine: string
  /** RFC 3339. */
  readonly created: string
  /** Version of meshform. */
  readonly version: string
}

/** A lock that someone holds. */
export interface LockHolder {
  readonly info: LockInfo
  /** True when its heartbeat stopped for longer than its expiry, or its process is gone: the next one takes it over. */
  readonly expired: boolean
}

/** `apply by ann@laptop (pid 4711) since 2026-01-02T03:04:05Z`. */
export function describeHolder(holder: LockHolder): string {
  const { operation, who, pid, created } = holder.info
  return `${operation} by ${who}${pid > 0 ? ` (pid ${pid})` : ''} since ${created}`
}
