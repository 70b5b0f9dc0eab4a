/** A file of a store on disk can't be believed: nothing is read of it, and nothing is written. */
export class DamagedStore extends Error {
  constructor(file: string, what: string) {
    super(`${file} ${what}`)
    this.name = 'DamagedStore'
  }
}
