import { type Overload, readDeclarations } from './declaration-notation.ts'

/** The functions that Kubernetes adds: optionals, texts, sets, lists, networks, quantities, formats, versions, as the API server declares them. */
export const libraryFunctions: ReadonlyMap<string, readonly Overload[]> = readDeclarations(`
optional.of: optional_of(V) optional(V)
optional.ofNonZeroValue: optional_ofNonZeroValue(V) optional(V)
optional.none: optional_none() optional(V)
value: .optional_value(optional(V)) V
hasValue: .optional_hasValue(optional(V)) bool
or: .optional_or_optional(optional(V), optional(V)) optional(V)
orValue: .optional_orValue_value(optional(V), V) V
optional.unwrap: optional_unwrap(list(optional(V))) list(V)
unwrapOpt: .optional_unwrapOpt(list(optional(V))) list(V)
first: .list_first(list(V)) optional(V)
last: .list_last(list(V)) optional(V)
charAt: .string_char_at_int(string, int) string
indexOf: .string_index_of_string(string, string) int
indexOf: .string_index_of_string_int(string, string, int) int
lastIndexOf: .string_last_index_of_string(string, string) int
lastIndexOf: .string_last_index_of_string_int(string, string, int) int
join: .list_join(list(string)) string
join: .list_join_string(list(string), string) string
lowerAscii: .string_lower_ascii(string) string
upperAscii: .string_upper_ascii(string) string
trim: .string_trim(string) string
replace: .string_replace_string_string(string, string, string) string
replace: .string_replace_string_string_int(string, string, string, int) string
split: .string_split_string(string, string) list(string)
split: .string_split_string_int(string, string, int) list(string)
substring: .string_substring_int(string, int) string
substring: .string_substring_int_int(string, int, int) string
format: .string_format(string, list(dyn)) string
strings.quote: strings_quote(string) string
sets.contains: list_sets_contains_list(list(T), list(T)) bool
sets.equivalent: list_sets_equivalent_list(list(T), list(T)) bool
sets.intersects: list_sets_intersects_list(list(T), list(T)) bool
isSorted: .list_int_is_sorted_bool(list(int)) bool
isSorted: .list_uint_is_sorted_bool(list(uint)) bool
isSorted: .list_double_is_sorted_bool(list(double)) bool
isSorted: .list_bool_is_sorted_bool(list(bool)) bool
isSorted: .list_duration_is_sorted_bool(list(duration)) bool
isSorted: .list_timestamp_is_sorted_bool(list(timestamp)) bool
isSorted: .list_string_is_sorted_bool(list(string)) bool
isSorted: .list_bytes_is_sorted_bool(list(bytes)) bool
sum: .list_int_sum_int(list(int)) int
sum: .list_uint_sum_uint(list(uint)) uint
sum: .list_double_sum_double(list(double)) double
sum: .list_duration_sum_duration(list(duration)) duration
max: .list_int_max_int(list(int)) int
max: .list_uint_max_uint(list(uint)) uint
max: .list_double_max_double(list(double)) double
max: .list_bool_max_bool(list(bool)) bool
max: .list_duration_max_duration(list(duration)) duration
max: .list_timestamp_max_timestamp(list(timestamp)) timestamp
max: .list_string_max_string(list(string)) string
max: .list_bytes_max_bytes(list(bytes)) bytes
min: .list_int_min_int(list(int)) int
min: .list_uint_min_uint(list(uint)) uint
min: .list_double_min_double(list(double)) double
min: .list_bool_min_bool(list(bool)) bool
min: .list_duration_min_duration(list(duration)) duration
min: .list_timestamp_min_timestamp(list(timestamp)) timestamp
min: .list_string_min_string(list(string)) string
min: .list_bytes_min_bytes(list(bytes)) bytes
indexOf: .list_a_index_of_int(list(A), A) int
lastIndexOf: .list_a_last_index_of_int(list(A), A) int
slice: .list_slice(list(T), int, int) list(T)
flatten: .list_flatten(list(list(T))) list(T)
flatten: .list_flatten_int(list(dyn), int) list(dyn)
sort: .list_int_sort(list(int)) list(int)
sort: .list_uint_sort(list(uint)) list(uint)
sort: .list_double_sort(list(double)) list(double)
sort: .list_bool_sort(list(bool)) list(bool)
sort: .list_duration_sort(list(duration)) list(duration)
sort: .list_timestamp_sort(list(timestamp)) list(timestamp)
sort: .list_string_sort(list(string)) list(string)
sort: .list_bytes_sort(list(bytes)) list(bytes)
@sortByAssociatedKeys: .list_int_sortByAssociatedKeys(list(T), list(int)) list(T)
@sortByAssociatedKeys: .list_uint_sortByAssociatedKeys(list(T), list(uint)) list(T)
@sortByAssociatedKeys: .list_double_sortByAssociatedKeys(list(T), list(double)) list(T)
@sortByAssociatedKeys: .list_bool_sortByAssociatedKeys(list(T), list(bool)) list(T)
@sortByAssociatedKeys: .list_duration_sortByAssociatedKeys(list(T), list(duration)) list(T)
@sortByAssociatedKeys: .list_timestamp_sortByAssociatedKeys(list(T), list(timestamp)) list(T)
@sortByAssociatedKeys: .list_string_sortByAssociatedKeys(list(T), list(string)) list(T)
@sortByAssociatedKeys: .list_bytes_sortByAssociatedKeys(list(T), list(bytes)) list(T)
lists.range: lists_range(int) list(int)
reverse: .list_reverse(list(T)) list(T)
distinct: .list_distinct(list(T)) list(T)
cel.@mapInsert: map_insert_key_value(map(K, V), K, V) map(K, V)
cel.@mapInsert: map_insert_map(map(K, V), map(K, V)) map(K, V)
find: .string_find_string(string, string) string
findAll: .string_find_all_string(string, string) list(string)
findAll: .string_find_all_string_int(string, string, int) list(string)
url: string_to_url(string) URL
isURL: is_url_string(string) bool
getScheme: .url_getScheme(URL) string
getHost: .url_getHost(URL) string
getHostname: .url_getHostname(URL) string
getPort: .url_getPort(URL) string
getEscapedPath: .url_getEscapedPath(URL) string
getQuery: .url_get_query(URL) map(string, list(string))
quantity: string_to_quantity(string) Quantity
isQuantity: is_quantity_string(string) bool
sign: quantity_sign(Quantity) int
isGreaterThan: .quantity_is_greater_than(Quantity, Quantity) bool
isLessThan: .quantity_is_less_than(Quantity, Quantity) bool
compareTo: .quantity_compare_to(Quantity, Quantity) int
asApproximateFloat: .quantity_get_float(Quantity) double
asInteger: .quantity_get_int(Quantity) int
isInteger: .quantity_is_integer(Quantity) bool
add: .quantity_add(Quantity, Quantity) Quantity
add: .quantity_add_int(Quantity, int) Quantity
sub: .quantity_sub(Quantity, Quantity) Quantity
sub: .quantity_sub_int(Quantity, int) Quantity
ip: string_to_ip(string) IP
isIP: is_ip(string) bool
ip.isCanonical: ip_is_canonical(string) bool
family: .ip_family(IP) int
isUnspecified: .ip_isUnspecified(IP) bool
isLoopback: .ip_isLoopback(IP) bool
isLinkLocalMulticast: .ip_isLinkLocalMulticast(IP) bool
isLinkLocalUnicast: .ip_isLinkLocalUnicast(IP) bool
isGlobalUnicast: .ip_isGlobalUnicast(IP) bool
cidr: string_to_cidr(string) CIDR
isCIDR: is_cidr(string) bool
containsIP: .cidr_contains_ip_string(CIDR, string) bool
containsIP: .cidr_contains_ip_ip(CIDR, IP) bool
containsCIDR: .cidr_contains_cidr_string(CIDR, string) bool
containsCIDR: .cidr_contains_cidr(CIDR, CIDR) bool
ip: .cidr_ip(CIDR) IP
prefixLength: .cidr_prefix_length(CIDR) int
masked: .cidr_masked(CIDR) CIDR
format.dns1123Label: format_dns1123Label() Format
format.dns1123Subdomain: format_dns1123Subdomain() Format
format.dns1035Label: format_dns1035Label() Format
format.qualifiedName: format_qualifiedName() Format
format.dns1123LabelPrefix: format_dns1123LabelPrefix() Format
format.dns1123SubdomainPrefix: format_dns1123SubdomainPrefix() Format
format.dns1035LabelPrefix: format_dns1035LabelPrefix() Format
format.labelValue: format_labelValue() Format
format.uri: format_uri() Format
format.uuid: format_uuid() Format
format.byte: format_byte() Format
format.date: format_date() Format
format.datetime: format_datetime() Format
format.named: format_named(string) optional(Format)
validate: .format_validate(Format, string) optional(list(string))
semver: string_to_semver(string) Semver
semver: string_bool_to_semver(string, bool) Semver
isSemver: is_semver_string(string) bool
isSemver: is_semver_string_bool(string, bool) bool
isGreaterThan: .semver_is_greater_than(Semver, Semver) bool
isLessThan: .semver_is_less_than(Semver, Semver) bool
compareTo: .semver_compare_to(Semver, Semver) int
major: .semver_major(Semver) int
minor: .semver_minor(Semver) int
patch: .semver_patch(Semver) int
path: .authorizer_path(Authorizer, string) PathCheck
group: .authorizer_group(Authorizer, string) GroupCheck
serviceAccount: .authorizer_serviceaccount(Authorizer, string, string) Authorizer
resource: .groupcheck_resource(GroupCheck, string) ResourceCheck
subresource: .resourcecheck_subresource(ResourceCheck, string) ResourceCheck
namespace: .resourcecheck_namespace(ResourceCheck, string) ResourceCheck
name: .resourcecheck_name(ResourceCheck, string) ResourceCheck
fieldSelector: .resourcecheck_fieldSelector(ResourceCheck, string) ResourceCheck
labelSelector: .resourcecheck_labelSelector(ResourceCheck, string) ResourceCheck
check: .pathcheck_check(PathCheck, string) Decision
check: .resourcecheck_check(ResourceCheck, string) Decision
allowed: .decision_allowed(Decision) bool
reason: .decision_reason(Decision) string
errored: .decision_errored(Decision) bool
error: .decision_error(Decision) string
`)
