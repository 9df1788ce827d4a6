/**
 * The types whose `id` does not identify what is shown with it, so that a cache has to keep them
 * inside of the object that shows them. Their `id` is that of the REST API: the same entitlement has
 * another account under each review item, and one person is a Reviewer here and an Identity there.
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
