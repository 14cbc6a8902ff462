import type { Arguments, Flag } from './command.ts'

/** The flags for Terraform variables. All commands that read rules share them. */
export const TERRAFORM_FLAGS: Record<string, Flag> = {
  var: {
    value: 'NAME=VALUE',
    multiple: true,
    help: 'value of a Terraform variable, in the form of `terraform plan -var`',
  },
  'var-file': {
    value: 'FILE',
    multiple: true,
    help: 'file with more Terraform variables, besides terraform.tfvars, *.auto.tfvars and TF_VAR_…',
  },
}

export const terraformValues = (args: Arguments) => ({
  vars: args.texts('var'),
  varFiles: args.texts('var-file'),
  env: process.env,
})
