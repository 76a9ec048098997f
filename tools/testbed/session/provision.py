# samba-tool domain provision, without the access lists of the share with the group policies: nothing reads that share,
# and setting them takes user ids that a user namespace does not have.
import sys

import samba.provision
from samba.netcmd.main import samba_tool

samba.provision.setsysvolacl = lambda *arguments: None
sys.exit(samba_tool("domain", "provision", *sys.argv[1:]))
