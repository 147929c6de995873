/**
 * True if a system would run what has this name, or open it in a program that does what it says: all
 * the more a reason to look twice.
 */
export function isProgramName(name: string): boolean {
  return PROGRAMS.has(/\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '')
}

const PROGRAMS = new Set(
  (
    'apk app appimage bash bat bin chm cmd com command cpl deb desktop dll dmg docm dotm exe gadget ' +
    'hta htm html img inf ipa iso jar jnlp js jse lnk mjs msc msi msix msp pkg potm ppam pptm ps1 ' +
    'py pyw rb reg rpm run scf scr sct sh svg svgz terminal url vb vbe vbs vhd vhdx webloc wsf wsh ' +
    'xhtml xlam xll xlsm xltm xml zsh'
  ).split(' '),
)
