"""How Sphinx builds the release notes."""

extensions = ['openstackdocstheme', 'reno.sphinxext']
project = 'clouddesk release notes'
copyright = '2026, the clouddesk developers'  # noqa: A001
html_theme = 'openstackdocs'
openstackdocs_repo_name = 'clouddesk'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
openstackdocs_use_storyboard = False
