// What locating needs of a data set of addresses.

/** What a data set says of an address. Empty where it does not say. */
export type AddressEntry = {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  readonly region: string;
  /** Only data sets of cities have it. */
  readonly point?: { readonly latitude: number; readonly longitude: number; readonly accuracyKm: number };
};

export interface AddressDatabase {
  /** Undefined for an address that it does not know. MUST NOT throw for one that is no address. */
  find(address: string): AddressEntry | undefined;
}
