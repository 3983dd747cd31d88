/** The link `a>b` that a canary sends echoes over, by its name: `link a>b`, or `link a>b kafka` for one path of several. */
export const echoedLink = (canary: string): string | undefined => /^link (\S+)/.exec(canary)?.[1]
