import { confirm, isCancel } from '@clack/prompts'

/** Asks a question that is answered with yes or no; leaving it is no. */
export async function ask(message: string): Promise<boolean> {
  const answer = await confirm({ message, initialValue: false, output: process.stderr })
  return !isCancel(answer) && answer
}
