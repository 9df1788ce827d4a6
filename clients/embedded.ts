/**
 * The types whose `id` does not identify their other fields, so that a cache must store them inside
 * the object that contains them. Their `id` is that of the REST API: the same entitlement has a
 * different account under each review item, and the same person can be a Reviewer and an Identity.
 */
export const embedded = [
  'AccessProfile',
  'Account',
  'AccountOwner',
  'Campaign',
  'CertificationReference',
  'Entitlement',
  'Identity',
  'OtherAccess',
  'Reviewer',
  'Role',
];
