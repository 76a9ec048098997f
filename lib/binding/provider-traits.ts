/**
 * What the addon knows of the package behind a credential. Mirrors
 * ProviderTrait in src-native/sspi/provider.h, where each is explained.
 */
export const ProviderTrait = {
  streamPackage: 1 << 0,
  ignoresChannelBindings: 1 << 4,
  ignoresPackageList: 1 << 5,
  contextAttributesNotWritten: 1 << 6,
  noStreamMessages: 1 << 9,
} as const;
