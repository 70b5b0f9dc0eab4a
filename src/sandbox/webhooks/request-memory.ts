import type { WebhookCall, WebhookReply } from './webhook-call.ts'

/** Thrown where a request can't go on before a webhook has answered. The request is tried anew once it has. */
export class WebhookPending extends Error {
  readonly call: WebhookCall

  constructor(call: WebhookCall) {
    super(`the webhook ${call.webhook} is still to be asked`)
    this.name = 'WebhookPending'
    this.call = call
  }
}

function keyOf({ configuration, webhook, request }: WebhookCall): string {
  return JSON.stringify([configuration, webhook, request])
}

/**
 * What a request drew by chance and learned from webhooks. Requests are handled at one stroke; one that needs a webhook's answer
 * is broken off before it changed anything, and tried anew with the answer at hand, the same uids, names and time.
 */
export class RequestMemory {
  readonly #drawn: string[] = []
  readonly #answers = new Map<string, WebhookReply>()
  #position = 0
  #time: Date | undefined

  /** Another attempt at the same request. */
  restart(): void {
    this.#position = 0
  }

  draw(make: () => string): string {
    const value = this.#drawn[this.#position] ?? make()
    this.#drawn[this.#position] = value
    this.#position += 1
    return value
  }

  now(clock: () => Date): Date {
    this.#time ??= clock()
    return this.#time
  }

  learn(call: WebhookCall, reply: WebhookReply): void {
    this.#answers.set(keyOf(call), reply)
  }

  /** What the webhook answered. Throws `WebhookPending` while that isn't known. */
  answerTo(call: WebhookCall): WebhookReply {
    const reply = this.#answers.get(keyOf(call))
    if (reply === undefined) throw new WebhookPending(call)
    return reply
  }
}

/** Chance, time and webhooks for whatever is being done: a request of a client remembers, the server's own work does not. */
export class RequestScope {
  readonly #clock: () => Date
  readonly #newUid: () => string
  readonly #newSuffix: () => string
  #memory: RequestMemory | undefined

  constructor(clock: () => Date, newUid: () => string, newSuffix: () => string) {
    this.#clock = clock
    this.#newUid = newUid
    this.#newSuffix = newSuffix
  }

  /** Does one attempt at a request. */
  during<Result>(memory: RequestMemory, act: () => Result): Result {
    memory.restart()
    this.#memory = memory
    try {
      return act()
    } finally {
      this.#memory = undefined
    }
  }

  readonly now = (): Date => this.#memory?.now(this.#clock) ?? this.#clock()

  readonly newUid = (): string => this.#memory?.draw(this.#newUid) ?? this.#newUid()

  readonly newSuffix = (): string => this.#memory?.draw(this.#newSuffix) ?? this.#newSuffix()

  /** What a webhook answers; undefined when nobody asks from outside, since what the server does by itself is not interrupted. */
  answerTo(call: WebhookCall): WebhookReply | undefined {
    return this.#memory?.answerTo(call)
  }
}
