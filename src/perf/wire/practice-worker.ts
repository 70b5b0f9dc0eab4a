import { parentPort, workerData } from 'node:worker_threads'
import { type PracticeProtocol, startPracticeServer } from './practice-server.ts'

/*
 * The entry of the practice server's thread: bundled as a script of its own (practice-worker.js) beside the command. It says its port;
 * ending the thread ends the server. A thread of its own, since code that serves in the thread of a generator makes that slower.
 */
parentPort?.postMessage(await startPracticeServer((workerData as { readonly protocol: PracticeProtocol }).protocol))
