/** Of the manifest, and of the server that is installed into Cascadeur. */
export const VERSION = "0.1.0";
