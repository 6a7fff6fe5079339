#!/usr/bin/env -S zsh -f
# SPDX-License-Identifier: Apache-2.0
# usage: type.zsh bash|zsh SCRIPT LINE
# An interactive shell in a terminal of its own, which has read the completion SCRIPT (zsh: its folder is in fpath): LINE is
# typed, then a tab. Says what the shell listed, and the line as it is then between << and >>.
emulate zsh
zmodload zsh/zpty || exit 1
shell=$1 script=${2:a} line=$3

# what the shell says, until it has said this
answer() {
  local said= part=
  integer left=600
  while (( left-- )); do
    if zpty -r -t typed part; then
      said+=$part
      [[ $said == *$1* ]] && { print -r -- ${said//$'\r'/}; return 0 }
    else
      sleep 0.05
    fi
  done
  print -ru2 -- "waited in vain for $1 of $shell: $said"
  exit 1
}

# a key, behind the tab, that says the line: keys are taken one after the other
case $shell in
zsh)
  zpty typed 'TERM=dumb exec zsh -f -i'
  zpty -w typed "PS1= RPS1=; unsetopt prompt_sp; stty -echo cols 200 rows 200; LISTMAX=1000; zle_bracketed_paste=()"
  zpty -w typed "fpath=(${script:h} \$fpath); autoload -U compinit; compinit -u -D"
  zpty -w typed "say() { print -r -- \"<<\$BUFFER>>\"; BUFFER= }; zle -N say; bindkey '^X' say"
  ;;
bash)
  zpty typed 'TERM=dumb exec bash --norc --noprofile -i'
  zpty -w typed "PS1=; stty -echo cols 200; bind 'set completion-query-items 0' 'set page-completions off' 'set bell-style none'"
  zpty -w typed "bind 'set show-all-if-ambiguous on'; bind 'set enable-bracketed-paste off'; . $script"
  zpty -w typed "say() { printf '<<%s>>\\n' \"\$READLINE_LINE\"; READLINE_LINE=; }; bind -x '\"\\C-x\": say'"
  ;;
*) exit 2 ;;
esac
zpty -w typed "echo rea''dy"
answer ready > /dev/null
zpty -w -n typed "$line"$'\t\C-x'
answer '>>'
zpty -d typed
