# The Windows side. Sourced after places.sh.

# Makes the Wine prefix: Windows 10 (Node refuses an older one), no display. A crash is one line on stderr and
# an exit code: Wine's debugger would add thousands of lines, and now and then end the program with code 0.
make_wine_prefix() {
  wineboot -i
  winecfg -v win10
  wine reg add 'HKCU\Software\Wine\Drivers' /v Graphics /d null /f
  wine reg add 'HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug' /v Debugger /d 'cmd.exe /c exit' /f
  wineserver -k
  wineserver -w
  link_builtin_programs
}

# A fresh prefix has copies of all of Wine's own programs and libraries, 700 MB. Links to the tree's will do.
link_builtin_programs() {
  local machine copy original builtin
  machine=$(uname -m)
  builtin=/usr/lib/$machine-linux-gnu/wine/$machine-windows
  for copy in $wine_prefix/drive_c/windows/system32/*.*; do
    original=$builtin/${copy##*/}
    if [ -f "$original" ] && cmp -s "$copy" "$original"; then ln -sf "$original" "$copy"; fi
  done
}

# Boots Windows ahead of the first program, and tells it the security packages that it has beside its own. The services
# would keep a pipe open for as long as they live, so they start with no output at all.
start_wine() {
  wineserver -p
  if [ -z "$1" ]; then
    wine cmd.exe /c exit
  else
    wine reg add 'HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders' /v SecurityProviders /t REG_SZ /d "$1" /f
  fi >/dev/null 2>&1 </dev/null
}
