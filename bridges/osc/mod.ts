/** Bridges to any program that speaks Open Sound Control, from a YAML file that says what it understands. */
export {};
