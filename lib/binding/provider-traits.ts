/**
 * What the addon knows about the package of a credential. Mirrors ProviderTrait
 * in src-native/sspi/provider.h, which explains each trait.
 */
export const ProviderTrait = {
  streamPackage: 1 << 0,
  ignoresChannelBindings: 1 << 4,
  ignoresPackageList: 1 << 5,
  contextAttributesNotWritten: 1 << 6,
  noStreamMessages: 1 << 9,
} as const;
