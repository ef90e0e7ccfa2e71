/** What draws nothing: a name made of it alone would be invisible, or look like another one. */
export const UNSEEN = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\u034F|\u17B4|\u17B5|[\u115F\u1160\u2800\u3164\uFFA0]/gu;
