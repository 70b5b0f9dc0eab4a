/** WASI errno values (WASI preview 1, typenames). */
export const Errno = { success: 0, badf: 8, fault: 21, inval: 28, nosys: 52, notsup: 58, notcapable: 76 } as const

/** How much of a WASI function a proxy carries out: `yes` in full, `refused` always with an error number. */
export type WasiSupport = 'yes' | 'refused'

/** Whether Envoy links an import of it: `always`, or only in `newer` releases, whose host grew what full Go modules import. */
export type WasiLinkage = 'always' | 'newer'

/**
 * The functions of WASI preview 1 that a filter may import. An import that the proxy doesn't link makes the module fail to load
 * (proxy-wasm-cpp-host, include/proxy-wasm/exports.h).
 */
export const wasiFunctions: Readonly<Record<string, { readonly support: WasiSupport; readonly linked: WasiLinkage }>> = {
  args_get: { support: 'yes', linked: 'always' },
  args_sizes_get: { support: 'yes', linked: 'always' },
  environ_get: { support: 'yes', linked: 'always' },
  environ_sizes_get: { support: 'yes', linked: 'always' },
  clock_time_get: { support: 'yes', linked: 'always' },
  random_get: { support: 'yes', linked: 'always' },
  fd_write: { support: 'yes', linked: 'always' },
  proc_exit: { support: 'yes', linked: 'always' },
  sched_yield: { support: 'yes', linked: 'newer' },
  poll_oneoff: { support: 'yes', linked: 'newer' },
  fd_fdstat_get: { support: 'yes', linked: 'always' },
  fd_close: { support: 'yes', linked: 'always' },
  fd_seek: { support: 'refused', linked: 'always' },
  fd_read: { support: 'refused', linked: 'always' },
  fd_filestat_get: { support: 'refused', linked: 'newer' },
  fd_fdstat_set_flags: { support: 'refused', linked: 'newer' },
  fd_prestat_get: { support: 'refused', linked: 'always' },
  fd_prestat_dir_name: { support: 'refused', linked: 'always' },
  fd_advise: { support: 'refused', linked: 'newer' },
  fd_allocate: { support: 'refused', linked: 'newer' },
  fd_datasync: { support: 'refused', linked: 'newer' },
  fd_fdstat_set_rights: { support: 'refused', linked: 'newer' },
  fd_filestat_set_size: { support: 'refused', linked: 'newer' },
  fd_filestat_set_times: { support: 'refused', linked: 'newer' },
  fd_pread: { support: 'refused', linked: 'newer' },
  fd_pwrite: { support: 'refused', linked: 'newer' },
  fd_readdir: { support: 'refused', linked: 'newer' },
  fd_renumber: { support: 'refused', linked: 'newer' },
  fd_sync: { support: 'refused', linked: 'newer' },
  fd_tell: { support: 'refused', linked: 'newer' },
  path_open: { support: 'refused', linked: 'always' },
  path_create_directory: { support: 'refused', linked: 'newer' },
  path_filestat_get: { support: 'refused', linked: 'newer' },
  path_filestat_set_times: { support: 'refused', linked: 'newer' },
  path_link: { support: 'refused', linked: 'newer' },
  path_readlink: { support: 'refused', linked: 'newer' },
  path_remove_directory: { support: 'refused', linked: 'newer' },
  path_rename: { support: 'refused', linked: 'newer' },
  path_symlink: { support: 'refused', linked: 'newer' },
  path_unlink_file: { support: 'refused', linked: 'newer' },
  sock_accept: { support: 'refused', linked: 'newer' },
  sock_recv: { support: 'refused', linked: 'newer' },
  sock_send: { support: 'refused', linked: 'newer' },
  sock_shutdown: { support: 'refused', linked: 'newer' },
  clock_res_get: { support: 'yes', linked: 'newer' },
  proc_raise: { support: 'refused', linked: 'newer' },
}

/** True for either name of WASI's first preview; the older one is what 2019's SDKs import. */
export function isWasiModule(name: string): boolean {
  return name === 'wasi_snapshot_preview1' || name === 'wasi_unstable'
}
