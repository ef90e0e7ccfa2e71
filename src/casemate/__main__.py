"""`python -m casemate` is the command line, too."""

from casemate.cli import main

main()
